//! The browser's end of Web Push, written from the standards and from nothing that the Worker uses to encrypt: it reads
//! what was sent to it (RFC 8291, RFC 8188) and checks who sent it (RFC 8292).

use aes_gcm::aead::{Aead, KeyInit as _};
use aes_gcm::{Aes128Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::api::notification::AddPushRequest;
use hmac::{Hmac, Mac as _};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::{PublicKey, SecretKey};
use serde_json::Value as Json;
use sha2::Sha256;

use crate::ids::random;
use crate::receiver::Received;

/// A subscription with its private half.
pub struct PushBrowser {
    key: SecretKey,
    auth: [u8; 16],
    pub endpoint: String,
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|error| panic!("{error}"));
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl PushBrowser {
    #[must_use]
    pub fn at(endpoint: &str) -> Self {
        let key = SecretKey::from_slice(&random::<32>()).unwrap_or_else(|error| panic!("{error}"));
        Self { key, auth: random(), endpoint: endpoint.to_owned() }
    }

    /// What `PushSubscription.toJSON()` would say.
    #[must_use]
    pub fn subscription(&self) -> AddPushRequest {
        AddPushRequest {
            endpoint: self.endpoint.clone(),
            p256dh: URL_SAFE_NO_PAD.encode(self.key.public_key().to_sec1_bytes()),
            auth: URL_SAFE_NO_PAD.encode(self.auth),
        }
    }

    /// The payload of what came.
    #[track_caller]
    #[must_use]
    pub fn decrypt(&self, body: &[u8]) -> Json {
        let (salt, rest) = body.split_at(16);
        let (size, rest) = rest.split_at(4);
        assert_eq!(size, [0, 0, 16, 0], "records of 4,096 bytes");
        let (point, sealed) = rest[1..].split_at(usize::from(rest[0]));
        let theirs = PublicKey::from_sec1_bytes(point).unwrap_or_else(|error| panic!("{error}"));
        let shared = self.key.diffie_hellman(&theirs);
        let ours = self.key.public_key().to_sec1_bytes();
        // RFC 8291, 3.4, in its own words: each expansion is shorter than one block of HMAC.
        let prk_key = hmac(&self.auth, &[shared.raw_secret_bytes().as_slice()]);
        let ikm = hmac(&prk_key, &[b"WebPush: info\0", &ours, point, &[1]]);
        let prk = hmac(salt, &[&ikm]);
        let cek = hmac(&prk, &[b"Content-Encoding: aes128gcm\0", &[1]]);
        let nonce = hmac(&prk, &[b"Content-Encoding: nonce\0", &[1]]);
        let cipher = Aes128Gcm::new_from_slice(&cek[..16]).unwrap_or_else(|error| panic!("{error}"));
        let nonce: [u8; 12] = nonce[..12].try_into().unwrap_or_else(|error| panic!("{error}"));
        let plain = cipher.decrypt(&Nonce::from(nonce), sealed).unwrap_or_else(|error| panic!("{error}"));
        let Some((2, plain)) = plain.split_last() else { panic!("it is not the last record") };
        serde_json::from_slice(plain).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The claims of the sender's token, whose signature has to be by the key it names; and that key.
    #[track_caller]
    #[must_use]
    pub fn sender(received: &Received) -> (Json, String) {
        let said = received.header("authorization").unwrap_or_default();
        let parts = said.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k="));
        let Some((token, key)) = parts else { panic!("no token: {said}") };
        let Some((signed, signature)) = token.rsplit_once('.') else { panic!("no signature: {said}") };
        let verifying = VerifyingKey::from_sec1_bytes(&decode(key)).unwrap_or_else(|error| panic!("{error}"));
        let signature = Signature::from_slice(&decode(signature)).unwrap_or_else(|error| panic!("{error}"));
        verifying.verify(signed.as_bytes(), &signature).unwrap_or_else(|error| panic!("{said}: {error}"));
        let claims = signed.split_once('.').map(|(_, claims)| decode(claims)).unwrap_or_default();
        (serde_json::from_slice(&claims).unwrap_or_else(|error| panic!("{error}")), key.to_owned())
    }
}
