using System.Text.Json.Serialization;
using Slipway.Lake.Contracts;

namespace Slipway.Etl;

/// <summary>What steps write as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DataTestReport))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class EtlJson : JsonSerializerContext;
