using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Lake.Contracts;
using Slipway.ObjectStores;

namespace Slipway.Lake;

/// <summary>What the lake keeps as JSON in the database.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(ObjectStoreCredentials))]
[JsonSerializable(typeof(DataTestReport))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class LakeJson : JsonSerializerContext;
