using System.Text.Json.Serialization;

namespace Slipway.Lake;

/// <summary>What the lake keeps as JSON in the database.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class LakeJson : JsonSerializerContext;
