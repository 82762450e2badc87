//! What a request to the package store is about, by its host and its path.

use hyper::header::AUTHORIZATION;

use crate::api::asked::Asked;
use crate::signature::{OSS_SCHEME, percent_decode};

/// What a request to the package store is about.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::api) struct Place {
    /// Empty for the list of buckets.
    pub(super) bucket: String,
    /// Empty for the bucket itself.
    pub(super) object: String,
}

impl Place {
    /// The place of a request whose host is a bucket's or the store's, or that is signed for the store and names the bucket
    /// in its path, as clients do which know the store by an address.
    pub(in crate::api) fn of(asked: &Asked) -> Option<Self> {
        let host = asked.host();
        let path = percent_decode(asked.path().strip_prefix('/').unwrap_or_default());
        if let Some(bucket) = bucket_of(&host) {
            return Some(Self {
                bucket: bucket.to_owned(),
                object: path,
            });
        }
        let signed = asked.header(AUTHORIZATION.as_str()).starts_with(OSS_SCHEME);
        (signed || is_store(&host)).then(|| {
            let (bucket, object) = path.split_once('/').unwrap_or((&path, ""));
            Self {
                bucket: bucket.to_owned(),
                object: object.to_owned(),
            }
        })
    }

    /// The name that is signed.
    pub(super) fn resource(&self) -> String {
        match self.bucket.as_str() {
            "" => "/".to_owned(),
            bucket => format!("/{bucket}/{}", self.object),
        }
    }
}

/// The bucket that a host name like `bucket.oss-cn-hangzhou.aliyuncs.com` stands for.
fn bucket_of(host: &str) -> Option<&str> {
    let rest = host.strip_suffix(".aliyuncs.com")?;
    let (bucket, place) = rest.rsplit_once('.')?;
    (place.starts_with("oss-") && !bucket.is_empty()).then_some(bucket)
}

/// Whether a host is the store's, as `oss-cn-hangzhou.aliyuncs.com`.
fn is_store(host: &str) -> bool {
    let place = host.strip_suffix(".aliyuncs.com");
    place.is_some_and(|place| place.starts_with("oss-") && !place.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::bucket_of;

    #[test]
    fn a_bucket_is_recognised_by_its_host() {
        assert_eq!(
            bucket_of("fun-gen-r-1.oss-cn-hangzhou.aliyuncs.com"),
            Some("fun-gen-r-1")
        );
        assert_eq!(bucket_of("1.cn-hangzhou.fc.aliyuncs.com"), None);
        assert_eq!(bucket_of("oss-cn-hangzhou.aliyuncs.com"), None);
    }
}
