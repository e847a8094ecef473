using System.Text.Json.Serialization;
using Slipway.ObjectStores;

namespace Slipway.Lake;

/// <summary>What the lake keeps as JSON in the database.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(ObjectStoreCredentials))]
internal sealed partial class LakeJson : JsonSerializerContext;
