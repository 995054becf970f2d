# An exact version; by digest, where the operator pins it (docs/operations.md).
ARG PYTHON_IMAGE=python:3.11.15-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /venv
COPY requirements.lock /build/
RUN /venv/bin/pip install --no-deps --require-hashes --requirement /build/requirements.lock
COPY . /build
RUN /venv/bin/pip install --no-deps --no-build-isolation /build \
    && /venv/bin/pip uninstall --yes pip

FROM ${PYTHON_IMAGE}
# A number, so that a platform can tell that it is not root.
RUN useradd --uid 10001 --create-home --home-dir /data feedback
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FEEDBACK_DATA=/data \
    FEEDBACK_HOST=0.0.0.0
USER 10001:10001
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["feedback"]
CMD ["up"]
