/** A template with most of what manifests hold, and the form in which Kubernetes 1.34 stores it. */
import type { PodTemplate } from '#core/resources/kubernetes.ts';

export const RICH_TEMPLATE: PodTemplate = {
  metadata: { labels: { app: 'checkout' }, annotations: { note: 'a<b & c>d' } },
  spec: {
    serviceAccountName: 'checkout',
    hostNetwork: true,
    initContainers: [
      {
        name: 'migrate',
        image: 'registry.local/checkout/migrate:3',
        args: ['--up'],
        env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      },
    ],
    containers: [
      {
        name: 'app',
        image: 'registry.local:5000/checkout',
        ports: [{ name: 'http', containerPort: 8080 }],
        env: [
          { name: 'A', value: '1' },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        ],
        resources: { requests: { cpu: '0.1', memory: '128Mi' }, limits: { cpu: '1000m', memory: '1024Mi' } },
        readinessProbe: { httpGet: { port: 'http' } },
        livenessProbe: { grpc: { port: 9000 }, timeoutSeconds: 5 },
        lifecycle: { preStop: { httpGet: { path: '/drain', port: 8080 } } },
        securityContext: { runAsUser: 0, capabilities: { drop: ['ALL'] } },
        volumeMounts: [
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'conf', mountPath: '/etc/conf' },
        ],
      },
    ],
    volumes: [
      { name: 'tmp' },
      { name: 'conf', configMap: { name: 'checkout' } },
      { name: 'secret', secret: { secretName: 's' } },
      { name: 'host', hostPath: { path: '/var/log' } },
      { name: 'scratch', emptyDir: { sizeLimit: '1.5Gi' } },
      {
        name: 'all',
        projected: {
          sources: [
            { serviceAccountToken: { path: 't' } },
            { downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
          ],
        },
      },
    ],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'checkout' } },
      },
    ],
  },
};

export const RICH_TEMPLATE_STORED: PodTemplate = {
  metadata: { labels: { app: 'checkout' }, annotations: { note: 'a<b & c>d' } },
  spec: {
    volumes: [
      { name: 'tmp', emptyDir: {} },
      { name: 'conf', configMap: { name: 'checkout', defaultMode: 420 } },
      { name: 'secret', secret: { secretName: 's', defaultMode: 420 } },
      { name: 'host', hostPath: { path: '/var/log', type: '' } },
      { name: 'scratch', emptyDir: { sizeLimit: '1536Mi' } },
      {
        name: 'all',
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3600, path: 't' } },
            { downwardAPI: { items: [{ path: 'l', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.labels' } }] } },
          ],
          defaultMode: 420,
        },
      },
    ],
    initContainers: [
      {
        name: 'migrate',
        image: 'registry.local/checkout/migrate:3',
        args: ['--up'],
        env: [{ name: 'POD', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    containers: [
      {
        name: 'app',
        image: 'registry.local:5000/checkout',
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        env: [
          { name: 'A', value: '1' },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } } },
        ],
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } },
        volumeMounts: [
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'conf', mountPath: '/etc/conf' },
        ],
        livenessProbe: {
          grpc: { port: 9000, service: '' },
          timeoutSeconds: 5,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
        readinessProbe: {
          httpGet: { path: '/', port: 'http', scheme: 'HTTP' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
        lifecycle: { preStop: { httpGet: { path: '/drain', port: 8080, scheme: 'HTTP' } } },
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'Always',
        securityContext: { capabilities: { drop: ['ALL'] }, runAsUser: 0 },
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'checkout',
    hostNetwork: true,
    securityContext: {},
    schedulerName: 'default-scheduler',
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'checkout' } },
      },
    ],
    serviceAccount: 'checkout',
  },
};
