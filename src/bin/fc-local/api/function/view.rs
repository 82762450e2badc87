//! A function as the API shows it: as it was described, over the defaults of all other fields.

use serde_json::Value;

use crate::api::result::view;
use crate::function::Owner;
use crate::name::FunctionName;
use crate::store::Snapshot;

/// What the API shows of a function, or of a version of one.
pub(super) fn function_view(owner: &Owner, name: &FunctionName, shown: Snapshot<'_>) -> Value {
    let (resource, code) = (shown.resource, shown.code);
    let own = [
        ("functionName", name.function().into()),
        ("functionId", resource.id.clone().into()),
        (
            "functionArn",
            name.arn(&owner.account_id, &owner.region).into(),
        ),
        ("codeSize", code.size.into()),
        ("codeChecksum", code.crc64.clone().into()),
        // FC 3.0's clients wait for these two after a change.
        ("state", "Active".into()),
        ("lastUpdateStatus", "Successful".into()),
    ];
    let mut all = resource.spec.defaults(name);
    if let Value::Object(set) = view(resource, own) {
        all.extend(set);
    }
    Value::Object(all)
}
