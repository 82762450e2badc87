//! The listener, and the life of its connections.
//!
//! It must not know what a request asks for.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::app::App;
use super::stop::Open;
use super::{asynchronous, router, timer};
use crate::facts::limit;
use crate::output;

/// After an accept error (too many open files, mostly) the listener rests before it goes on.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections until the server is to stop.
pub(crate) async fn serve(app: Arc<App>, listener: TcpListener) {
    asynchronous::resume(&app);
    let stop = Arc::clone(&app.stop);
    tokio::select! {
        () = timer::run(Arc::clone(&app)) => {}
        () = accept(app, listener) => {}
        () = stop.begun() => {}
    }
}

async fn accept(app: Arc<App>, listener: TcpListener) {
    let router = Arc::new(router::routes(&app));
    loop {
        match listener.accept().await {
            Ok((stream, client)) => drop(tokio::spawn(serve_connection(
                Arc::clone(&app),
                Arc::clone(&router),
                stream,
                client,
                app.stop.enter(),
            ))),
            Err(error) => {
                output::say(&format!("cannot accept a connection: {error}"));
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Who talks with whom on a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) client: IpAddr,
    pub(super) server: IpAddr,
}

async fn serve_connection(
    app: Arc<App>,
    router: Arc<Router>,
    stream: TcpStream,
    client: SocketAddr,
    _open: Open,
) {
    let ends = Ends {
        client: client.ip(),
        server: stream.local_addr().map_or(client.ip(), |own| own.ip()),
    };
    // Without it, small responses on kept-alive connections wait for the other side's acknowledgement.
    let _ = stream.set_nodelay(true);
    let (stop, was_asked) = (Arc::clone(&app.stop), Arc::new(AtomicBool::new(false)));
    let asked = Arc::clone(&was_asked);
    let service = service_fn(move |request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        let (app, router) = (Arc::clone(&app), Arc::clone(&router));
        // On the heap, since hyper moves it more than once, and it is kilobytes.
        Box::pin(
            async move { Ok::<_, Infallible>(router::answer(&app, &router, request, ends).await) },
        )
    });
    let connection = hyper::server::conn::http1::Builder::new()
        // Clients keep connections for their next deployment; an idle one costs nothing here.
        .header_read_timeout(None)
        .max_headers(limit::HEADER_COUNT)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // A client that breaks off concerns nobody else.
        _ = connection.as_mut() => return,
        () = stop.begun() => {}
    }
    // hyper would wait for the first request of a connection that has had none.
    if was_asked.load(Ordering::Relaxed) {
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = connection => {}
            () = stop.cut() => {}
        }
    }
}
