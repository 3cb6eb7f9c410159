//! The one table of fields: which the API knows, and how lists and maps merge. Written after the `OpenAPI` document of
//! Kubernetes v1.34 (`x-kubernetes-list-map-keys`, `x-kubernetes-map-type`, `x-kubernetes-list-type`).
//!
//! A block that begins in the first column is one type: its name, then its fields. A field is `name`, or `name?` when a zero
//! value ("", false, 0) is left out of an object, or `name:TYPE`, where TYPE is one of
//! - a type of this table: fields merge one by one
//! - `T[key,…]`: a list whose items of type T are told apart by these keys (`key=X`: the value taken for an absent key)
//! - `{T}`: a map whose values of type T merge key by key
//! - `set`: a list of different values, merged as a set
//! - `list`: a list or map that is replaced as a whole, left out when empty
//! - `atomic`: the same, kept when empty
//! - `quantity`: a resource quantity, stored in its shortest spelling
//! - `any`: not described here

/// The pod and what makes pods.
pub(super) const WORKLOADS: &str = "
Pod apiVersion kind metadata:ObjectMeta spec:PodSpec status:PodStatus
PodSpec activeDeadlineSeconds affinity:Affinity automountServiceAccountToken containers:Container[name] dnsConfig:any
    dnsPolicy? enableServiceLinks ephemeralContainers:EphemeralContainer[name] hostAliases:HostAlias[ip] hostIPC?
    hostNetwork? hostPID? hostUsers hostname? hostnameOverride? imagePullSecrets:atomic[name]
    initContainers:Container[name] nodeName? nodeSelector:list os:PodOS overhead:{quantity} preemptionPolicy? priority
    priorityClassName? readinessGates:list resourceClaims:PodResourceClaim[name] resources:ResourceRequirements
    restartPolicy? runtimeClassName? schedulerName? schedulingGates:PodSchedulingGate[name]
    securityContext:PodSecurityContext serviceAccount? serviceAccountName? setHostnameAsFQDN shareProcessNamespace
    subdomain? terminationGracePeriodSeconds tolerations:list
    topologySpreadConstraints:TopologySpreadConstraint[topologyKey,whenUnsatisfiable] volumes:Volume[name]
Affinity nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity
NodeAffinity preferredDuringSchedulingIgnoredDuringExecution:list
    requiredDuringSchedulingIgnoredDuringExecution:atomic
PodAffinity preferredDuringSchedulingIgnoredDuringExecution:list requiredDuringSchedulingIgnoredDuringExecution:list
PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution:list
    requiredDuringSchedulingIgnoredDuringExecution:list
Container args:list command:list env:EnvVar[name] envFrom:list image? imagePullPolicy? lifecycle:Lifecycle
    livenessProbe:Probe name ports:ContainerPort[containerPort,protocol=TCP] readinessProbe:Probe resizePolicy:list
    resources:ResourceRequirements restartPolicy? restartPolicyRules:list securityContext:SecurityContext
    startupProbe:Probe stdin? stdinOnce? terminationMessagePath? terminationMessagePolicy? tty?
    volumeDevices:VolumeDevice[devicePath] volumeMounts:VolumeMount[mountPath] workingDir?
EnvVar name value? valueFrom:EnvVarSource
EnvVarSource configMapKeyRef:atomic fieldRef:atomic fileKeyRef:atomic resourceFieldRef:atomic secretKeyRef:atomic
Lifecycle postStart:LifecycleHandler preStop:LifecycleHandler stopSignal?
LifecycleHandler exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction
ExecAction command:list
HTTPGetAction host? httpHeaders:list path? port scheme?
SleepAction seconds
TCPSocketAction host? port
Probe exec:ExecAction failureThreshold? grpc:any httpGet:HTTPGetAction initialDelaySeconds? periodSeconds?
    successThreshold? tcpSocket:TCPSocketAction terminationGracePeriodSeconds timeoutSeconds?
ContainerPort containerPort hostIP? hostPort? name? protocol?
ResourceRequirements claims:ResourceClaim[name] limits:{quantity} requests:{quantity}
ResourceClaim name request?
SecurityContext allowPrivilegeEscalation appArmorProfile:AppArmorProfile capabilities:Capabilities privileged
    procMount? readOnlyRootFilesystem runAsGroup runAsNonRoot runAsUser seLinuxOptions:SELinuxOptions
    seccompProfile:SeccompProfile windowsOptions:any
AppArmorProfile localhostProfile? type
Capabilities add:list drop:list
SELinuxOptions level? role? type? user?
SeccompProfile localhostProfile? type
VolumeDevice devicePath name
VolumeMount mountPath mountPropagation? name readOnly? recursiveReadOnly? subPath? subPathExpr?
EphemeralContainer args:list command:list env:EnvVar[name] envFrom:list image? imagePullPolicy? lifecycle:Lifecycle
    livenessProbe:Probe name ports:ContainerPort[containerPort,protocol=TCP] readinessProbe:Probe resizePolicy:list
    resources:ResourceRequirements restartPolicy? restartPolicyRules:list securityContext:SecurityContext
    startupProbe:Probe stdin? stdinOnce? targetContainerName? terminationMessagePath? terminationMessagePolicy? tty?
    volumeDevices:VolumeDevice[devicePath] volumeMounts:VolumeMount[mountPath] workingDir?
HostAlias hostnames:list ip
PodOS name
PodResourceClaim name resourceClaimName? resourceClaimTemplateName?
PodSchedulingGate name
PodSecurityContext appArmorProfile:AppArmorProfile fsGroup fsGroupChangePolicy? runAsGroup runAsNonRoot runAsUser
    seLinuxChangePolicy? seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile supplementalGroups:list
    supplementalGroupsPolicy? sysctls:list windowsOptions:any
TopologySpreadConstraint labelSelector:atomic matchLabelKeys:list maxSkew minDomains nodeAffinityPolicy?
    nodeTaintsPolicy? topologyKey whenUnsatisfiable
Volume awsElasticBlockStore:any azureDisk:any azureFile:any cephfs:any cinder:any configMap:ConfigMapVolumeSource
    csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource emptyDir:EmptyDirVolumeSource
    ephemeral:EphemeralVolumeSource fc:any flexVolume:any flocker:any gcePersistentDisk:any gitRepo:any glusterfs:any
    hostPath:HostPathVolumeSource image:ImageVolumeSource iscsi:any name nfs:NFSVolumeSource
    persistentVolumeClaim:PersistentVolumeClaimVolumeSource photonPersistentDisk:any portworxVolume:any
    projected:ProjectedVolumeSource quobyte:any rbd:any scaleIO:any secret:SecretVolumeSource storageos:any
    vsphereVolume:any
ConfigMapVolumeSource defaultMode items:list name optional
CSIVolumeSource driver fsType? nodePublishSecretRef:atomic readOnly? volumeAttributes:{v}
DownwardAPIVolumeSource defaultMode items:list
EmptyDirVolumeSource medium? sizeLimit:quantity
EphemeralVolumeSource volumeClaimTemplate:PersistentVolumeClaimTemplate
HostPathVolumeSource path type
ImageVolumeSource pullPolicy? reference?
NFSVolumeSource path readOnly? server
PersistentVolumeClaimVolumeSource claimName readOnly?
ProjectedVolumeSource defaultMode sources:list
SecretVolumeSource defaultMode items:list optional secretName?
PodStatus conditions:PodCondition[type] containerStatuses:list ephemeralContainerStatuses:list
    extendedResourceClaimStatus:any hostIP? hostIPs:HostIP[ip] initContainerStatuses:list message? nominatedNodeName?
    observedGeneration? phase? podIP? podIPs:PodIP[ip] qosClass? reason? resize?
    resourceClaimStatuses:list startTime
PodCondition lastProbeTime lastTransitionTime message? observedGeneration? reason? status type
HostIP ip
PodIP ip
StatefulSet apiVersion kind metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus
StatefulSetSpec minReadySeconds? ordinals:StatefulSetOrdinals
    persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy? replicas
    revisionHistoryLimit selector:atomic serviceName? template:PodTemplateSpec
    updateStrategy:StatefulSetUpdateStrategy volumeClaimTemplates:list
StatefulSetOrdinals start
StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted? whenScaled?
PodTemplateSpec metadata:ObjectMeta spec:PodSpec
StatefulSetUpdateStrategy rollingUpdate:RollingUpdateStatefulSetStrategy type?
RollingUpdateStatefulSetStrategy maxUnavailable partition
StatefulSetStatus availableReplicas collisionCount conditions:StatefulSetCondition[type] currentReplicas?
    currentRevision? observedGeneration? readyReplicas? replicas updateRevision? updatedReplicas?
StatefulSetCondition lastTransitionTime message? reason? status type
ControllerRevision apiVersion kind data:any metadata:ObjectMeta revision
Job apiVersion kind metadata:ObjectMeta spec:JobSpec status:JobStatus
JobSpec activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode? completions managedBy? manualSelector
    maxFailedIndexes parallelism podFailurePolicy:any podReplacementPolicy? selector:atomic successPolicy:any suspend
    template:PodTemplateSpec ttlSecondsAfterFinished
JobStatus active? completedIndexes? completionTime conditions:JobCondition[type] failed? failedIndexes? ready
    startTime succeeded? terminating uncountedTerminatedPods:any
JobCondition lastProbeTime lastTransitionTime message? reason? status type
PodDisruptionBudget apiVersion kind metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus
PodDisruptionBudgetSpec maxUnavailable minAvailable selector:atomic unhealthyPodEvictionPolicy
PodDisruptionBudgetStatus conditions:Condition[type] currentHealthy desiredHealthy disruptedPods:{v} disruptionsAllowed
    expectedPods observedGeneration?
";

/// Claims, volumes, classes.
pub(super) const STORAGE: &str = "
PersistentVolumeClaimTemplate metadata:ObjectMeta spec:PersistentVolumeClaimSpec
PersistentVolumeClaimSpec accessModes:list dataSource:atomic dataSourceRef:TypedObjectReference
    resources:VolumeResourceRequirements selector:atomic storageClassName volumeAttributesClassName volumeMode?
    volumeName?
TypedObjectReference apiGroup? kind name namespace?
VolumeResourceRequirements limits:{quantity} requests:{quantity}
PersistentVolumeClaim apiVersion kind metadata:ObjectMeta spec:PersistentVolumeClaimSpec
    status:PersistentVolumeClaimStatus
PersistentVolumeClaimStatus accessModes:list allocatedResourceStatuses:{v} allocatedResources:{quantity}
    capacity:{quantity} conditions:PersistentVolumeClaimCondition[type] currentVolumeAttributesClassName?
    modifyVolumeStatus:ModifyVolumeStatus phase?
PersistentVolumeClaimCondition lastProbeTime lastTransitionTime message? reason? status type
ModifyVolumeStatus status targetVolumeAttributesClassName?
PersistentVolume apiVersion kind metadata:ObjectMeta spec:PersistentVolumeSpec status:PersistentVolumeStatus
PersistentVolumeSpec accessModes:list awsElasticBlockStore:any azureDisk:any azureFile:any capacity:{quantity}
    cephfs:any cinder:any claimRef:ObjectReference csi:CSIPersistentVolumeSource fc:any flexVolume:any flocker:any
    gcePersistentDisk:any glusterfs:any hostPath:HostPathVolumeSource iscsi:any local:LocalVolumeSource
    mountOptions:list nfs:NFSVolumeSource nodeAffinity:VolumeNodeAffinity persistentVolumeReclaimPolicy?
    photonPersistentDisk:any portworxVolume:any quobyte:any rbd:any scaleIO:any storageClassName? storageos:any
    volumeAttributesClassName volumeMode? vsphereVolume:any
CSIPersistentVolumeSource controllerExpandSecretRef:atomic controllerPublishSecretRef:atomic driver fsType?
    nodeExpandSecretRef:atomic nodePublishSecretRef:atomic nodeStageSecretRef:atomic readOnly? volumeAttributes:{v}
    volumeHandle
LocalVolumeSource fsType? path
VolumeNodeAffinity required:atomic
PersistentVolumeStatus lastPhaseTransitionTime message? phase? reason?
StorageClass apiVersion kind allowVolumeExpansion allowedTopologies:list metadata:ObjectMeta mountOptions:list
    parameters:{v} provisioner reclaimPolicy? volumeBindingMode?
ObjectReference apiVersion? fieldPath? kind? name? namespace? resourceVersion? uid?
";

/// Everything else.
pub(super) const REST: &str = "
Namespace apiVersion kind metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus
ObjectMeta annotations:{v} creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers:set generateName?
    generation? labels:{v} managedFields:list name? namespace? ownerReferences:OwnerReference[uid] resourceVersion?
    selfLink? uid?
OwnerReference apiVersion blockOwnerDeletion controller kind name uid
ResourceQuota apiVersion kind metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus
ResourceQuotaSpec hard:{quantity} scopeSelector:any scopes:list
ResourceQuotaStatus hard:{quantity} used:{quantity}
LimitRange apiVersion kind metadata:ObjectMeta spec:LimitRangeSpec
LimitRangeSpec limits:list
NamespaceSpec finalizers:list
NamespaceStatus conditions:NamespaceCondition[type] phase?
NamespaceCondition lastTransitionTime message? reason? status type
Service apiVersion kind metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus
ServiceSpec allocateLoadBalancerNodePorts clusterIP? clusterIPs:list externalIPs:list externalName?
    externalTrafficPolicy? healthCheckNodePort? internalTrafficPolicy? ipFamilies:list ipFamilyPolicy?
    loadBalancerClass? loadBalancerIP? loadBalancerSourceRanges:list ports:ServicePort[port,protocol=TCP]
    publishNotReadyAddresses? selector:list sessionAffinity? sessionAffinityConfig:SessionAffinityConfig
    trafficDistribution? type?
ServicePort appProtocol? name? nodePort? port protocol? targetPort
SessionAffinityConfig clientIP:ClientIPConfig
ClientIPConfig timeoutSeconds?
ServiceStatus conditions:Condition[type] loadBalancer:LoadBalancerStatus
Condition lastTransitionTime message observedGeneration? reason status type
LoadBalancerStatus ingress:list
ServiceAccount apiVersion kind automountServiceAccountToken imagePullSecrets:list metadata:ObjectMeta
    secrets:atomic[name]
Secret apiVersion kind data:{v} immutable metadata:ObjectMeta stringData:{v} type?
ConfigMap apiVersion kind binaryData:{v} data:{v} immutable metadata:ObjectMeta
Event apiVersion kind action? count? eventTime firstTimestamp involvedObject:atomic lastTimestamp message?
    metadata:ObjectMeta reason? related:atomic reportingComponent? reportingInstance? series:EventSeries
    source:EventSource type?
EventSeries count? lastObservedTime
EventSource component? host?
Role apiVersion kind metadata:ObjectMeta rules:list
RoleBinding apiVersion kind metadata:ObjectMeta roleRef:atomic subjects:list
ClusterRole apiVersion kind aggregationRule:any metadata:ObjectMeta rules:list
ClusterRoleBinding apiVersion kind metadata:ObjectMeta roleRef:atomic subjects:list
";
