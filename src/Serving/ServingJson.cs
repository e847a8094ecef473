using System.Text.Json.Serialization;
using Slipway.Registry.Contracts;

namespace Slipway.Serving;

/// <summary>What serving reads and keeps as JSON.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, int>))]
[JsonSerializable(typeof(ModelSignature))]
internal sealed partial class ServingJson : JsonSerializerContext;
