using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Lake.Contracts;

namespace Slipway.Etl;

/// <summary>What steps write as JSON, and what the tables keep of it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DataTestReport))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class EtlJson : JsonSerializerContext
{
    public static Dictionary<string, string> ReadMap(string json) => JsonSerializer.Deserialize(json, Default.DictionaryStringString) ?? [];

    public static string Write(IReadOnlyDictionary<string, string> map) => JsonSerializer.Serialize(map.ToDictionary(), Default.DictionaryStringString);
}
