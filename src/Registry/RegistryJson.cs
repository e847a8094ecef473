using System.Text.Json.Serialization;
using Slipway.Registry.Contracts;

namespace Slipway.Registry;

/// <summary>What the registry keeps as JSON in the database.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(ModelSignature))]
internal sealed partial class RegistryJson : JsonSerializerContext;
