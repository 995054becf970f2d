{{- define "feedback.name" -}}
{{- contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* What tells the pods of this release from all others; a part of it adds app.kubernetes.io/component. */}}
{{- define "feedback.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "feedback.labels" -}}
{{ include "feedback.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "feedback.image" -}}
{{ .Values.image.repository }}{{ with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{/* What every pod has in common: nobody's rights, a file system that only /data and /tmp of can be written. */}}
{{- define "feedback.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{ toJson . }}
{{- end }}
{{- end }}

{{- define "feedback.container" -}}
image: {{ include "feedback.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
env:
  - {name: FEEDBACK_DATA, value: /data}
  - {name: FEEDBACK_HOST, value: 0.0.0.0}
  - {name: PORT, value: "8000"}
  - {name: OMP_NUM_THREADS, value: "1"}
  - {name: OPENBLAS_NUM_THREADS, value: "1"}
  {{- range .Values.secret.keys }}
  - {name: {{ . }}_FILE, value: /run/secrets/feedback/{{ . }}}
  {{- end }}
  {{- range $name, $value := .Values.settings }}
  - {name: {{ $name }}, value: {{ $value | toString | quote }}}
  {{- end }}
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
  - {name: secret, mountPath: /run/secrets/feedback, readOnly: true}
{{- end }}

{{/* `data` is a volume of its own for the API, and room that may be lost for all others. */}}
{{- define "feedback.volumes" -}}
- name: tmp
  emptyDir: {}
- name: secret
  secret:
    secretName: {{ .Values.secret.name }}
    defaultMode: 0440
    items:
      {{- range .Values.secret.keys }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
{{- end }}

{{- define "feedback.volumesOfWorkers" -}}
{{ include "feedback.volumes" . }}
- name: data
  emptyDir: {}
{{- end }}

{{/* Whether it can work, for rollouts alone: a worker is not ended because PostgreSQL is away. */}}
{{- define "feedback.readyByCommand" -}}
readinessProbe:
  exec: {command: [feedback, ready]}
  initialDelaySeconds: 5
  periodSeconds: 60
  timeoutSeconds: 20
{{- end }}
