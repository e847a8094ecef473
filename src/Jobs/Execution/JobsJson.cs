using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Planning;

namespace Slipway.Jobs.Execution;

/// <summary>How jobs lie in the database.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobPlan))]
[JsonSerializable(typeof(double[]))]
[JsonSerializable(typeof(StepWork))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, StepOutput>))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class JobsJson : JsonSerializerContext
{
    private static readonly Dictionary<string, StepOutput> s_none = [];

    public static string Write(IReadOnlyDictionary<string, string> map) =>
        JsonSerializer.Serialize(new Dictionary<string, string>(map), Default.DictionaryStringString);

    public static Dictionary<string, string> ReadMap(string json) =>
        JsonSerializer.Deserialize(json, Default.DictionaryStringString)!;

    public static string Write(IReadOnlyDictionary<string, StepOutput> outputs) => outputs.Count == 0
        ? "{}"
        : JsonSerializer.Serialize(new Dictionary<string, StepOutput>(outputs), Default.DictionaryStringStepOutput);

    public static IReadOnlyDictionary<string, StepOutput> ReadOutputs(string json) =>
        json == "{}" ? s_none : JsonSerializer.Deserialize(json, Default.DictionaryStringStepOutput)!;

    public static string Write(JobPlan plan) => JsonSerializer.Serialize(plan, Default.JobPlan);

    public static JobPlan ReadPlan(string json) => JsonSerializer.Deserialize(json, Default.JobPlan)!;
}
