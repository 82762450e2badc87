//! The package store that `fun package` uploads to: the few requests of the object storage service that
//! it makes (fun-cli §3).

use std::fs;
use std::io;
use std::path::PathBuf;

use base64::Engine;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue};
use hyper::{Method, Response, StatusCode};
use md5::{Digest, Md5};

use super::answer::Answer;
use super::app::App;
use super::asked::{Asked, percent_decode, query_pairs};
use super::error::ApiError;
use crate::facts::limit;
use crate::hex::hex;
use crate::platform::agent::insert;
use crate::platform::body::{Body, empty_body, full_body};
use crate::store::{Store, StoreError, entries, write_whole};

/// Encodes object names as file names: any name, no `/`, no `.` alone.
const NAMES: base64::engine::GeneralPurpose = base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bucket that a host name like `bucket.oss-cn-hangzhou.aliyuncs.com` stands for.
pub(super) fn bucket_of(host: &str) -> Option<&str> {
    let rest = host.strip_suffix(".aliyuncs.com")?;
    let (bucket, place) = rest.rsplit_once('.')?;
    (place.starts_with("oss-") && !bucket.is_empty()).then_some(bucket)
}

/// Answers a request to a bucket.
pub(super) async fn handle(
    app: &App,
    bucket: &str,
    asked: &Asked,
    body: Incoming,
) -> Response<Body> {
    let answered = answer(app, bucket, asked, body).await;
    answered.unwrap_or_else(|error| xml_error(&error, &asked.request_id))
}

/// The bytes of a stored object, for a function whose code is there.
pub(super) fn read(store: &Store, bucket: &str, object: &str) -> Result<Vec<u8>, ApiError> {
    fs::read(object_path(store, bucket, object)).map_err(|_| {
        let message = format!("the object '{object}' of bucket '{bucket}' does not exist; upload it with `fun package`");
        ApiError::invalid(message)
    })
}

async fn answer(app: &App, bucket: &str, asked: &Asked, body: Incoming) -> Answer {
    let origin = app.guard.check_origin(asked);
    let known = origin.and_then(|()| app.keys.verify_oss(&asked.head, bucket));
    if let Err(error) = known {
        asked.discard(body);
        return Err(error);
    }
    let body = asked.read(body, limit::API_BODY_BYTES).await?;
    let object = percent_decode(asked.path().trim_start_matches('/'));
    if object.is_empty() {
        bucket_request(app, bucket, asked)
    } else {
        object_request(app, bucket, &object, asked, &body.bytes)
    }
}

fn bucket_request(app: &App, bucket: &str, asked: &Asked) -> Answer {
    let folder = bucket_path(&app.store, bucket);
    let wants_location = query_pairs(&asked.head)
        .iter()
        .any(|(name, _)| name == "location");
    match asked.head.method {
        Method::PUT => {
            fs::create_dir_all(&folder).map_err(|error| full_disk(&folder, error))?;
            Ok(Response::new(empty_body()))
        }
        Method::GET if wants_location && folder.is_dir() => {
            let region = &app.owner.region;
            Ok(xml(
                StatusCode::OK,
                &format!("<LocationConstraint>oss-{region}</LocationConstraint>"),
            ))
        }
        Method::GET if wants_location => Err(no_bucket(bucket)),
        Method::DELETE if entries(&folder).is_empty() => {
            fs::remove_dir(&folder).map_err(|_| no_bucket(bucket))?;
            Ok(status(StatusCode::NO_CONTENT))
        }
        Method::DELETE => Err(ApiError::conflict(
            "BucketNotEmpty",
            "the bucket is not empty",
        )),
        _ => Err(not_implemented()),
    }
}

fn object_request(app: &App, bucket: &str, object: &str, asked: &Asked, body: &[u8]) -> Answer {
    if asked
        .head
        .uri
        .query()
        .is_some_and(|query| !query.is_empty())
    {
        // Parts of a multipart upload must not pass for the whole object.
        return Err(not_implemented());
    }
    if !bucket_path(&app.store, bucket).is_dir() {
        return Err(no_bucket(bucket));
    }
    let path = object_path(&app.store, bucket, object);
    let stored = || {
        fs::read(&path)
            .map_err(|_| ApiError::not_found("NoSuchKey", format!("no object '{object}'")))
    };
    match asked.head.method {
        Method::PUT => {
            write_whole(&path, body)?;
            Ok(with_etag(Response::new(empty_body()), body))
        }
        Method::HEAD => {
            let bytes = stored()?;
            let mut response = with_etag(Response::new(empty_body()), &bytes);
            response
                .headers_mut()
                .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            Ok(response)
        }
        Method::GET => {
            stored().map(|bytes| with_etag(Response::new(full_body(bytes.clone())), &bytes))
        }
        Method::DELETE => {
            // Deleting what is not there succeeds, as in the real store.
            let _ = fs::remove_file(&path);
            Ok(status(StatusCode::NO_CONTENT))
        }
        _ => Err(not_implemented()),
    }
}

fn bucket_path(store: &Store, bucket: &str) -> PathBuf {
    store.path("packages").join(NAMES.encode(bucket))
}

fn object_path(store: &Store, bucket: &str, object: &str) -> PathBuf {
    bucket_path(store, bucket).join(NAMES.encode(object))
}

fn with_etag(mut response: Response<Body>, bytes: &[u8]) -> Response<Body> {
    let tag = format!("\"{}\"", hex(&Md5::digest(bytes)).to_ascii_uppercase());
    insert(response.headers_mut(), ETAG.as_str(), &tag);
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(empty_body());
    *response.status_mut() = status;
    response
}

fn xml(status: StatusCode, content: &str) -> Response<Body> {
    let mut response = Response::new(full_body(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{content}"
    )));
    *response.status_mut() = status;
    insert(
        response.headers_mut(),
        CONTENT_TYPE.as_str(),
        "application/xml",
    );
    response
}

fn xml_error(error: &ApiError, request_id: &str) -> Response<Body> {
    let content = format!(
        "<Error><Code>{}</Code><Message>{}</Message><RequestId>{request_id}</RequestId></Error>",
        escape(&error.code),
        escape(&error.message)
    );
    xml(error.status, &content)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn no_bucket(bucket: &str) -> ApiError {
    ApiError::not_found(
        "NoSuchBucket",
        format!("the bucket '{bucket}' does not exist"),
    )
}

fn not_implemented() -> ApiError {
    let message = "fc-local's package store knows whole objects only: PUT, GET, HEAD and DELETE";
    ApiError::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
}

fn full_disk(path: &std::path::Path, error: io::Error) -> ApiError {
    StoreError::Io {
        path: path.to_owned(),
        error,
    }
    .into()
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
