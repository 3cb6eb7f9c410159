//! The client library that charms use, `kube`, talks to the API over https.

use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, Preconditions, PropagationPolicy};
use kube::{Api, Client, Config, Error};
use serde_json::json;

use crate::kit::*;

fn client(kit: &Kit, account: &str) -> Client {
    let mut config = Config::new(format!("https://{}", kit.sandbox.address()).parse().unwrap());
    let pem = kit.sandbox.ca_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    config.root_cert = Some(vec![
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap(),
    ]);
    config.auth_info.token = Some(kit.sandbox.service_account_token(MODEL, account).into());
    MODEL.clone_into(&mut config.default_namespace);
    Client::try_from(config).unwrap()
}

fn trust(kit: &Kit, account: &str) {
    let admin = kit.as_manager("juju");
    let version = "rbac.authorization.k8s.io/v1";
    admin
        .create(
            &json!({ "apiVersion": version, "kind": "ClusterRole", "metadata": { "name": "all" },
            "rules": [{ "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] }] }),
        )
        .unwrap();
    admin
        .create(
            &json!({ "apiVersion": version, "kind": "ClusterRoleBinding", "metadata": { "name": "all" },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "all" },
            "subjects": [{ "kind": "ServiceAccount", "name": account, "namespace": MODEL }] }),
        )
        .unwrap();
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

#[test]
fn objects_are_read_applied_and_deleted() {
    let kit = Kit::new();
    trust(&kit, "radarr");
    run(async {
        let client = client(&kit, "radarr");
        let sets: Api<StatefulSet> = Api::default_namespaced(client.clone());
        let params = PatchParams::apply("charmarr");
        let applied = sets
            .patch("radarr", &params, &Patch::Apply(mount("media", "/data")))
            .await
            .unwrap();
        let again = sets
            .patch("radarr", &params, &Patch::Apply(mount("media", "/data")))
            .await
            .unwrap();
        assert_eq!(applied, again);
        assert_eq!(applied.metadata.generation, Some(2));
        assert_eq!(
            sets.list(&ListParams::default().labels("app.kubernetes.io/managed-by=juju"))
                .await
                .unwrap()
                .items
                .len(),
            1
        );

        let claims: Api<PersistentVolumeClaim> = Api::default_namespaced(client);
        assert_eq!(claims.get_opt("media").await.unwrap(), None);
        let claim = json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "media" }, "spec": {
            "accessModes": ["ReadWriteMany"], "resources": { "requests": { "storage": "1Gi" } } } });
        let made = claims
            .patch("media", &params, &Patch::Apply(claim))
            .await
            .unwrap();
        let of = |uid: Option<String>| DeleteParams {
            preconditions: Some(Preconditions {
                uid,
                resource_version: None,
            }),
            propagation_policy: Some(PropagationPolicy::Background),
            ..DeleteParams::default()
        };
        let Err(Error::Api(refused)) = claims.delete("media", &of(Some("other".to_owned()))).await else {
            panic!("deleted under a wrong uid")
        };
        assert_eq!((refused.code, refused.reason.as_str()), (409, "Conflict"));
        assert!(
            claims
                .delete("media", &of(made.metadata.uid))
                .await
                .unwrap()
                .is_left()
        );
    });
}

#[test]
fn refusals_arrive_with_their_reasons_and_causes() {
    let kit = Kit::new();
    run(async {
        let sets: Api<StatefulSet> = Api::default_namespaced(client(&kit, "radarr"));
        let Err(Error::Api(refused)) = sets.get("radarr").await else {
            panic!("read without rights")
        };
        assert_eq!((refused.code, refused.reason.as_str()), (403, "Forbidden"));
        trust(&kit, "radarr");
        let mut body = mount("media", "/data");
        body["spec"]["replicas"] = json!(9);
        let Err(Error::Api(conflict)) = sets
            .patch("radarr", &PatchParams::apply("charmarr"), &Patch::Apply(body))
            .await
        else {
            panic!("applied over juju")
        };
        let causes = conflict.details.clone().unwrap().causes;
        assert_eq!(
            (conflict.code, causes[0].reason.as_str(), causes[0].field.as_str()),
            (409, "FieldManagerConflict", ".spec.replicas")
        );
    });
}
