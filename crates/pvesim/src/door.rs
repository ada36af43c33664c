//! What every simulator has before its product: a port, one thread for each connection, and an end at which all of them break off.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What threads share, whoever of them has broken down.
pub fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the end has come.
#[derive(Default)]
pub struct End {
    over: Mutex<bool>,
    bell: Condvar,
}

impl End {
    /// Waits for the end, or for a moment; whether the end has come.
    pub fn wait(&self, moment: Option<Duration>) -> bool {
        let over = held(&self.over);
        match moment {
            None => {
                drop(self.bell.wait_while(over, |over| !*over));
                true
            }
            Some(moment) => {
                let waited = self.bell.wait_timeout_while(over, moment, |over| !*over);
                *waited.unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    fn come(&self) {
        *held(&self.over) = true;
        self.bell.notify_all();
    }
}

/// An open port; it is shut, and all that came in by it cut off, when this is dropped.
pub struct Door {
    address: SocketAddr,
    open: Arc<Mutex<Vec<TcpStream>>>,
    end: Arc<End>,
}

impl Door {
    /// Opens a port. Each connection is served in a thread of its own; one that breaks is the client's affair.
    ///
    /// # Errors
    /// What the system refuses: somebody else listens there.
    pub fn open<F>(at: SocketAddr, serve: F) -> io::Result<Self>
    where
        F: Fn(TcpStream, &End) -> io::Result<()> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind(at)?;
        let door = Self {
            address: listener.local_addr()?,
            open: Arc::default(),
            end: Arc::default(),
        };
        let (open, end, serve) = (
            Arc::clone(&door.open),
            Arc::clone(&door.end),
            Arc::new(serve),
        );
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.wait(Some(Duration::ZERO)) {
                    break;
                }
                let (open, end, serve) = (Arc::clone(&open), Arc::clone(&end), Arc::clone(&serve));
                std::thread::spawn(move || {
                    let _ = stream.set_nodelay(true);
                    // What cannot be cut off at the end is not served.
                    if let Ok(own) = stream.try_clone() {
                        held(&open).push(own);
                        let _ = serve(stream, &end);
                    }
                });
            }
        });
        Ok(door)
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.end.come();
        for stream in held(&self.open).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
    }
}
