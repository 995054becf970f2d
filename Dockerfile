# An exact version; by digest, where the operator pins it (docs/operations.md).
ARG PYTHON_IMAGE=python:3.11.15-slim

# What the lock file names: a layer of its own, which stays as it is while only the product changes.
FROM ${PYTHON_IMAGE} AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /venv
COPY requirements.lock /build/
# Tests of packages are never run here, and the model runs on the processor.
RUN pip --python /venv/bin/python install --no-deps --require-hashes --requirement /build/requirements.lock \
    && find /venv -type d -name tests -prune -exec rm -rf {} + \
    && find /venv -path '*/openvino/libs/*' \( -name '*_gpu_plugin*' -o -name '*_npu_plugin*' -o -name cache.json \) -delete

# The product without what a wheel would bring inside (hatch_build.py), as the layer above has that already.
FROM packages AS product
COPY . /build
RUN HATCH_BUILD_NO_HOOKS=true pip --python /venv/bin/python install --no-deps --no-build-isolation --target /app /build

FROM ${PYTHON_IMAGE}
# A number, so that a platform can tell that it is not root.
RUN useradd --uid 10001 --create-home --home-dir /data feedback
COPY --from=packages /venv /venv
COPY --from=product /app /app
ENV PATH=/app/bin:/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FEEDBACK_DATA=/data \
    FEEDBACK_HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Of `up` and `serve`; workers and the scheduler are asked by `feedback ready`.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/ready', timeout=3)"]
# SIGTERM drains: a worker finishes what it has in hand, within 20 seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["feedback"]
CMD ["up"]
