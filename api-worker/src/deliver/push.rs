//! Web Push: the message is encrypted for the one browser (RFC 8291 over RFC 8188) and the sender shows who it is by a
//! signed token (VAPID, RFC 8292).

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes128Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::reminder::Kind;
use domain::time::Instant;
use hkdf::Hkdf;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::{PublicKey, SecretKey};
use serde_json::json;
use sha2::Sha256;

use super::Message;

/// Bytes of a payload before it is encrypted. Services take 4,096 after it (RFC 8030, 7.2), some less.
pub const MAX_PAYLOAD: usize = 3_000;
/// Bytes of a title in it; the rest is the body's.
const MAX_TITLE: usize = 300;
/// The record size: one record holds all of it.
const RECORD: u32 = 4_096;
/// How long a token holds: a day at most (RFC 8292, 2).
const TOKEN_MS: i64 = 12 * 60 * 60 * 1000;
/// An uncompressed point of P-256.
const POINT: usize = 65;

/// The key pair of this deployment.
pub struct Sender {
    key: SecretKey,
}

impl Sender {
    /// From the secret of the deployment: 32 bytes, base64url, which are the private scalar.
    ///
    /// # Errors
    /// It is no such thing; one in four thousand million secrets is no scalar of the curve.
    pub fn read(secret: &str) -> Result<Self, String> {
        let bytes = URL_SAFE_NO_PAD.decode(secret.trim()).map_err(|_| "VAPID_KEY is not base64url")?;
        let key = SecretKey::from_slice(&bytes).ok().filter(|_| bytes.len() == 32).ok_or(
            "VAPID_KEY is not a private key of P-256: 32 bytes, not zero and below the order of the curve",
        )?;
        Ok(Self { key })
    }

    /// The public key: an uncompressed point, base64url.
    #[must_use]
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.public_key().to_sec1_bytes())
    }

    /// The `Authorization` of a message to a push service.
    #[must_use]
    pub fn authorization(&self, audience: &str, subject: &str, now: Instant) -> String {
        let expires = now.plus_ms(TOKEN_MS).unix_ms() / 1000;
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let header = part(json!({"typ": "JWT", "alg": "ES256"}));
        let claims = part(json!({"aud": audience, "exp": expires, "sub": subject}));
        let signed = format!("{header}.{claims}");
        // Deterministic (RFC 6979): a weak source of randomness cannot give the key away.
        let signature: Signature = SigningKey::from(&self.key).sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public_key())
    }
}

/// The browser that a message is for.
pub struct Receiver {
    key: PublicKey,
    auth: Vec<u8>,
}

impl Receiver {
    /// # Errors
    /// A key that is no point of the curve, or a secret of another length.
    pub fn read(p256dh: &str, auth: &str) -> Result<Self, String> {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| "a key is not base64url");
        let (point, auth) = (decode(p256dh)?, decode(auth)?);
        let key = PublicKey::from_sec1_bytes(&point).ok().filter(|_| point.len() == POINT);
        let key = key.ok_or("the browser's key is no point of P-256")?;
        if auth.len() != 16 {
            return Err("the browser's secret is not of 16 bytes".into());
        }
        Ok(Self { key, auth })
    }

    /// The body of a message. `salt` and `ephemeral` have to be random and used once.
    ///
    /// # Errors
    /// `ephemeral` is no private key (try others), or the text is too long for one record.
    pub fn encrypt(&self, plain: &[u8], salt: &[u8; 16], ephemeral: &[u8; 32]) -> Result<Vec<u8>, String> {
        let ours = SecretKey::from_slice(ephemeral).map_err(|_| "no private key of P-256")?;
        let our_point = ours.public_key().to_sec1_bytes();
        let shared = ours.diffie_hellman(&self.key);

        let expand = |salt: &[u8], secret: &[u8], info: &[u8], out: &mut [u8]| {
            Hkdf::<Sha256>::new(Some(salt), secret).expand(info, out).map_err(|error| error.to_string())
        };
        let info = [b"WebPush: info\0".as_slice(), &self.key.to_sec1_bytes(), &our_point].concat();
        let (mut secret, mut key, mut nonce) = ([0; 32], [0; 16], [0; 12]);
        expand(&self.auth, shared.raw_secret_bytes().as_slice(), &info, &mut secret)?;
        expand(salt, &secret, b"Content-Encoding: aes128gcm\0", &mut key)?;
        expand(salt, &secret, b"Content-Encoding: nonce\0", &mut nonce)?;

        // 2 marks the end of the last record (RFC 8188, 2).
        let padded = [plain, &[2]].concat();
        if padded.len() + 16 > RECORD as usize {
            return Err(format!("{} bytes do not fit one record", plain.len()));
        }
        let cipher = Aes128Gcm::new(&key.into());
        let sealed =
            cipher.encrypt(&Nonce::from(nonce), padded.as_slice()).map_err(|error| error.to_string())?;
        let length = u8::try_from(our_point.len()).map_err(|error| error.to_string())?;
        Ok([salt.as_slice(), &RECORD.to_be_bytes(), &[length], &our_point, &sealed].concat())
    }
}

/// What the service worker is told: at most [`MAX_PAYLOAD`] bytes, of which the body gives way.
#[must_use]
pub fn payload(message: &Message) -> Vec<u8> {
    let action = |name: &str, key: &str| json!({"action": name, "title": message.text(key, &[])});
    let open = action("open", "channel.action.open");
    let can_be_done = matches!(message.kind, Kind::TouchDue | Kind::TaskDue) && message.record.is_some();
    let actions = if can_be_done {
        vec![action("done", "channel.action.done"), action("snooze", "channel.action.snooze"), open]
    } else {
        vec![open]
    };
    let (entity, record) = message.record.as_ref().map(|(entity, id)| (entity, id)).unzip();
    let title = cut(&message.title, MAX_TITLE);
    let with = |body: &str| {
        json!({
            "title": title,
            "body": body,
            "path": message.path,
            "tag": message.topic,
            "entity": entity,
            "record": record,
            "kind": message.kind,
            "unread": message.unread,
            "actions": actions,
        })
        .to_string()
        .into_bytes()
    };
    let mut body = message.body.as_str();
    loop {
        let payload = with(body);
        let over = payload.len().saturating_sub(MAX_PAYLOAD);
        if over == 0 || body.is_empty() {
            return payload;
        }
        // An escaped character takes up to six bytes: what is over may be fewer characters than it seems.
        body = cut(body, body.len() - over.div_ceil(6).max(1).min(body.len()));
    }
}

/// The beginning of a text in so many bytes, cut between characters.
fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// How long a service keeps trying, in seconds: what is due stays so, a digest is of its day.
#[must_use]
pub fn ttl(kind: Kind) -> u32 {
    match kind {
        Kind::Morning | Kind::Evening => 6 * 60 * 60,
        Kind::TouchDue | Kind::TaskDue | Kind::Assigned | Kind::Mentioned | Kind::ChannelDead => 24 * 60 * 60,
    }
}

/// RFC 8030, 5.3: what has a time wakes a sleeping phone, a digest does not.
#[must_use]
pub fn urgency(kind: Kind) -> &'static str {
    match kind {
        Kind::TouchDue | Kind::TaskDue => "high",
        Kind::Assigned | Kind::Mentioned | Kind::ChannelDead => "normal",
        Kind::Morning | Kind::Evening => "low",
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;
    use serde_json::Value as Json;

    use super::super::tests::{message, now};
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    // RFC 8291, section 5 and appendix A.
    const UA_PUBLIC: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
    const AS_PRIVATE: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    const AS_PUBLIC: &str =
        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    const SALT: &str = "DGv6ra1nlYgDCS1FRnbzlw";
    const BODY: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    #[test]
    fn a_message_is_encrypted_as_the_standard_shows() {
        let receiver = Receiver::read(UA_PUBLIC, AUTH).unwrap();
        let (salt, ephemeral) = (bytes(SALT).try_into().unwrap(), bytes(AS_PRIVATE).try_into().unwrap());
        let body = receiver.encrypt(b"When I grow up, I want to be a watermelon", &salt, &ephemeral).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.encode(body), BODY);
    }

    #[test]
    fn the_longest_payload_fits_one_record_and_a_longer_one_is_refused() {
        let receiver = Receiver::read(UA_PUBLIC, AUTH).unwrap();
        let encrypt = |length: usize| receiver.encrypt(&vec![b'x'; length], &[1; 16], &[2; 32]);
        assert_eq!(encrypt(MAX_PAYLOAD).map(|body| body.len()), Ok(86 + MAX_PAYLOAD + 17));
        assert!(encrypt(4_079).is_ok());
        assert_eq!(encrypt(4_080), Err("4080 bytes do not fit one record".into()));
    }

    #[test]
    fn the_public_key_follows_from_the_secret() {
        let sender = Sender::read(&format!("{AS_PRIVATE}\n")).unwrap();
        assert_eq!(sender.public_key(), AS_PUBLIC);
    }

    #[test]
    fn what_is_no_private_key_is_refused() {
        // The order of the curve itself, and more than it.
        let order = URL_SAFE_NO_PAD.encode([
            0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
            0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
        ]);
        let (zero, most) = (URL_SAFE_NO_PAD.encode([0; 32]), URL_SAFE_NO_PAD.encode([0xff; 32]));
        let (short, long) = (URL_SAFE_NO_PAD.encode([1; 31]), URL_SAFE_NO_PAD.encode([1; 33]));
        for secret in [&order, &zero, &most, &short, &long, "", "not base64!"] {
            assert!(Sender::read(secret).is_err_and(|error| error.starts_with("VAPID_KEY")), "{secret}");
        }
    }

    #[test]
    fn what_is_no_key_of_a_browser_is_refused() {
        let off_curve = URL_SAFE_NO_PAD.encode([&[4][..], &[1; 64]].concat());
        let compressed = URL_SAFE_NO_PAD.encode([&[3][..], &bytes(UA_PUBLIC)[1..33]].concat());
        for p256dh in ["", "AA", "%", &off_curve, &compressed] {
            assert!(Receiver::read(p256dh, AUTH).is_err(), "{p256dh}");
        }
        for auth in ["", "AA", "%", UA_PUBLIC] {
            assert!(Receiver::read(UA_PUBLIC, auth).is_err(), "{auth}");
        }
    }

    #[test]
    fn the_token_is_signed_and_says_for_whom_and_until_when() {
        let sender = Sender::read(AS_PRIVATE).unwrap();
        let said = sender.authorization("https://push.example.net", "https://crm.example.com", now());
        let (token, key) = said.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, AS_PUBLIC);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let verifying = VerifyingKey::from_sec1_bytes(&bytes(key)).unwrap();
        let signature = Signature::from_slice(&bytes(signature)).unwrap();
        verifying.verify(signed.as_bytes(), &signature).unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let json = |part: &str| serde_json::from_slice::<Json>(&bytes(part)).unwrap();
        assert_eq!(json(header), json!({"typ": "JWT", "alg": "ES256"}));
        let exp = (now().unix_ms() + TOKEN_MS) / 1000;
        let expected =
            json!({"aud": "https://push.example.net", "exp": exp, "sub": "https://crm.example.com"});
        assert_eq!(json(claims), expected);
    }

    fn told(message: &Message) -> Json {
        serde_json::from_slice(&payload(message)).unwrap()
    }

    #[test]
    fn the_service_worker_is_told_all_it_shows() {
        assert_eq!(
            told(&message()),
            json!({
                "title": "恒通物流",
                "body": "今天 15:00 联系",
                "path": "/records/account/0199f0a0-0000-7000-8000-000000000002",
                "tag": "t-0199f0a0",
                "entity": "account",
                "record": "0199f0a0-0000-7000-8000-000000000002",
                "kind": "touch_due",
                "unread": 3,
                "actions": [
                    {"action": "done", "title": "完成"},
                    {"action": "snooze", "title": "稍后提醒"},
                    {"action": "open", "title": "打开"},
                ],
            })
        );
    }

    #[test]
    fn what_is_not_due_can_be_opened_only() {
        for (kind, record) in
            [(Kind::Mentioned, message().record), (Kind::Morning, None), (Kind::TaskDue, None)]
        {
            let told = told(&Message { kind, record, language: "en".into(), ..message() });
            assert_eq!(told["actions"], json!([{"action": "open", "title": "Open"}]), "{kind:?}");
        }
    }

    #[test]
    fn a_payload_is_cut_between_characters() {
        for letter in ["长", "x", "\"", "\u{1}", "👩"] {
            for times in [1, 100, 900, 2_000, 5_000] {
                let long = Message { title: letter.repeat(times), body: letter.repeat(times), ..message() };
                let payload = payload(&long);
                assert!(payload.len() <= MAX_PAYLOAD, "{letter:?} {times}: {}", payload.len());
                let told: Json = serde_json::from_slice(&payload).unwrap();
                let body = told["body"].as_str().unwrap();
                assert!(long.body.starts_with(body), "{letter:?} {times}");
                // As much is kept as fits, but for a character and what its escapes leave over.
                let is_cut = body.len() < long.body.len();
                assert!(!is_cut || payload.len() > MAX_PAYLOAD - 16, "{letter:?} {times}: {}", payload.len());
            }
        }
    }
}
