//! The OpenAPI 3.1 document, made from the descriptions in `domain::api`.

use domain::api::{Endpoint, Envelope, Gate, Method, visit_schemas};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

/// Where the Worker takes it from.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../api-worker/openapi.json");
pub const COMMAND: &str = "cargo run -p api-tests --bin openapi";

const COMPONENTS: &str = "/components/schemas";

/// The document as it stands in the repository, with its last line ended.
#[must_use]
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

#[must_use]
pub fn document() -> Json {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = COMPONENTS.into());
    let mut generator = settings.into_generator();
    let mut found = Vec::new();
    visit_schemas(&mut generator, &mut |endpoint, request, reply| found.push((endpoint, request, reply)));
    let envelope = generator.subschema_for::<Envelope>();
    let schemas = generator.definitions().clone();
    let mut paths = Map::new();
    for (endpoint, request, reply) in found {
        let operation = operation(&endpoint, &request, &reply, &envelope, &schemas);
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.name().to_ascii_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Zhike", "version": "1", "description": "The API of Zhike (知客): everything the app does, it does through these calls."},
        "paths": paths,
        "components": {
            "schemas": definitions(generator),
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-zhike"}},
        },
    })
}

fn definitions(mut generator: SchemaGenerator) -> Map<String, Json> {
    generator.take_definitions(true)
}

fn operation(
    endpoint: &Endpoint,
    request: &Schema,
    reply: &Schema,
    envelope: &Schema,
    schemas: &Map<String, Json>,
) -> Json {
    let mut parameters = path_parameters(endpoint.path);
    // A reply that is a file says so itself.
    let media = resolved(reply, schemas)["contentMediaType"].as_str().unwrap_or("application/json");
    let mut operation = json!({
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "responses": {
            "200": {"description": "Done.", "content": {media: {"schema": reply}}},
            "default": {"description": "Refused, or a fault of ours.", "content": {"application/json": {"schema": envelope}}},
        },
    });
    if endpoint.method.has_body() {
        operation["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": request}}});
    } else {
        parameters.extend(query_parameters(request, schemas));
    }
    if endpoint.method == Method::Upload {
        // A body that is a file has no schema of its own (OpenAPI 3.1, 4.8.14.3).
        operation["requestBody"] = json!({"required": true, "content": {"application/octet-stream": {}}});
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if endpoint.method == Method::Socket {
        // OpenAPI knows no messages: the reply that opens the socket says what they are.
        let messages = json!({"description": "Open. Each message is a text of this kind.", "content": {media: {"schema": reply}}});
        operation["responses"] = json!({"101": messages, "default": operation["responses"]["default"]});
    }
    if endpoint.gate == Gate::Session {
        operation["security"] = json!([{"session": []}]);
    }
    operation
}

fn path_parameters(path: &str) -> Vec<Json> {
    let name = |part: &str| Some(part.strip_prefix('{')?.strip_suffix('}')?.to_owned());
    let parameter =
        |name: String| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    path.split('/').filter_map(name).map(parameter).collect()
}

/// The schema itself where it stands as a reference.
fn resolved<'a>(schema: &'a Schema, schemas: &'a Map<String, Json>) -> &'a Json {
    let schema = schema.as_value();
    let named =
        schema.get("$ref").and_then(Json::as_str).and_then(|name| schemas.get(name.rsplit('/').next()?));
    named.unwrap_or(schema)
}

/// Every property of a request that travels in the address.
fn query_parameters(request: &Schema, schemas: &Map<String, Json>) -> Vec<Json> {
    let request = resolved(request, schemas);
    let required: Vec<&str> =
        request["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let parameter = |(name, schema): (&String, &Json)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        // In an address absent is the only way to say nothing.
        if let Some([kind, null]) = schema["type"].as_array().map(Vec::as_slice)
            && null == "null"
        {
            schema["type"] = kind.clone();
        }
        let mut parameter = json!({"name": name, "in": "query", "required": required.contains(&name.as_str()), "schema": schema});
        if let Some(description) = description {
            parameter["description"] = description;
        }
        parameter
    };
    request["properties"].as_object().into_iter().flatten().map(parameter).collect()
}
