using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving;

/// <summary>What serving reads and keeps as JSON.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, int>))]
[JsonSerializable(typeof(ModelSignature))]
[JsonSerializable(typeof(DeploymentSettings))]
[JsonSerializable(typeof(EndpointSettings))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class ServingJson : JsonSerializerContext;
