//! The package store that `fun package` uploads to: the few requests of the object storage service that
//! it makes (fun-cli §3).

mod place;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue};
use hyper::{Method, Response, StatusCode};
use md5::{Digest, Md5};

pub(super) use self::place::Place;
use super::app::App;
use super::aside::aside;
use super::asked::Asked;
use super::error::ApiError;
use super::result::ApiResult;
use crate::facts::limit;
use crate::hex::hex;
use crate::platform::agent::insert;
use crate::platform::body::{Body, empty_body, full_body};
use crate::signature::query_pairs;
use crate::store::{Store, StoreError, entries, write_whole};

/// Encodes object names as file names: any name, no `/`, no `.` alone.
const NAMES: base64::engine::GeneralPurpose = base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Makes a bucket, unless there is one of the name.
pub(super) fn make_bucket(store: &Store, bucket: &str) -> Result<(), ApiError> {
    let folder = bucket_path(store, bucket);
    fs::create_dir_all(&folder).map_err(|error| full_disk(&folder, error))
}

/// Answers a request to the store.
pub(super) async fn handle(
    app: &Arc<App>,
    place: Place,
    asked: &Arc<Asked>,
    body: Incoming,
) -> Response<Body> {
    let answered = answer(app, place, asked, body).await;
    answered.unwrap_or_else(|error| xml_error(&error, &asked.request_id))
}

/// The bytes of a stored object, for a function whose code is there.
pub(super) fn read(store: &Store, bucket: &str, object: &str) -> Result<Vec<u8>, ApiError> {
    fs::read(object_path(store, bucket, object)).map_err(|_| {
        let message = format!("the object '{object}' of bucket '{bucket}' does not exist; upload it with `fun package`");
        ApiError::invalid(message)
    })
}

async fn answer(app: &Arc<App>, place: Place, asked: &Arc<Asked>, body: Incoming) -> ApiResult {
    let origin = app.guard.check_origin(asked);
    let known = origin.and_then(|()| Ok(app.keys.verify_oss(&asked.head, &place.resource())?));
    if let Err(error) = known {
        asked.discard(body);
        return Err(error);
    }
    let body = asked.read(&app.bodies, body, limit::API_BODY_BYTES).await?;
    let (app, asked) = (Arc::clone(app), Arc::clone(asked));
    aside(move || request(&app, &place, &asked, &body.bytes)).await
}

fn request(app: &App, place: &Place, asked: &Asked, body: &[u8]) -> ApiResult {
    match (place.bucket.as_str(), place.object.as_str()) {
        ("", _) if asked.head.method == Method::GET => Ok(list_buckets(app)),
        ("", _) => Err(not_implemented()),
        (bucket, "") => bucket_request(app, bucket, asked),
        (bucket, object) => object_request(app, bucket, object, asked, body),
    }
}

/// The buckets that there are, as their owner sees them.
fn list_buckets(app: &App) -> Response<Body> {
    let owner = escape(&app.owner.account_id);
    let region = escape(&app.owner.region);
    let files = entries(&app.store.path("packages")).into_iter();
    let mut names: Vec<String> = files.filter_map(|folder| bucket_name(&folder)).collect();
    names.sort_unstable();
    let buckets: String = names
        .iter()
        .map(|name| {
            let name = escape(name);
            format!("<Bucket><Name>{name}</Name><Location>oss-{region}</Location></Bucket>")
        })
        .collect();
    let owner = format!("<Owner><ID>{owner}</ID><DisplayName>{owner}</DisplayName></Owner>");
    xml(
        StatusCode::OK,
        &format!(
            "<ListAllMyBucketsResult>{owner}<Buckets>{buckets}</Buckets></ListAllMyBucketsResult>"
        ),
    )
}

/// The bucket of a folder.
fn bucket_name(folder: &Path) -> Option<String> {
    let bytes = NAMES.decode(folder.file_name()?.to_str()?).ok()?;
    String::from_utf8(bytes).ok()
}

fn bucket_request(app: &App, bucket: &str, asked: &Asked) -> ApiResult {
    let folder = bucket_path(&app.store, bucket);
    let wants_location = query_pairs(&asked.head)
        .iter()
        .any(|(name, _)| name == "location");
    match asked.head.method {
        Method::PUT => {
            make_bucket(&app.store, bucket)?;
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

fn object_request(app: &App, bucket: &str, object: &str, asked: &Asked, body: &[u8]) -> ApiResult {
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

fn full_disk(path: &Path, error: io::Error) -> ApiError {
    StoreError::Io {
        path: path.to_owned(),
        error,
    }
    .into()
}
