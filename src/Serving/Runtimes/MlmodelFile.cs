using System.Text.Json.Nodes;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Serving.Runtimes;

/// <summary>An "MLmodel" file: how MLflow says what a model folder holds. https://mlflow.org/docs/latest/ml/model/</summary>
internal sealed class MlmodelFile
{
    private static readonly Dictionary<string, OnnxElementType> s_types = new(StringComparer.Ordinal)
    {
        ["boolean"] = OnnxElementType.Bool,
        ["bool"] = OnnxElementType.Bool,
        ["integer"] = OnnxElementType.Int32,
        ["int32"] = OnnxElementType.Int32,
        ["long"] = OnnxElementType.Int64,
        ["int64"] = OnnxElementType.Int64,
        ["float"] = OnnxElementType.Float,
        ["float32"] = OnnxElementType.Float,
        ["double"] = OnnxElementType.Double,
        ["float64"] = OnnxElementType.Double,
        ["string"] = OnnxElementType.String,
        ["str"] = OnnxElementType.String,
        ["object"] = OnnxElementType.String,
        ["datetime"] = OnnxElementType.String,
        ["int8"] = OnnxElementType.Int8,
        ["int16"] = OnnxElementType.Int16,
        ["uint8"] = OnnxElementType.UInt8,
        ["uint16"] = OnnxElementType.UInt16,
        ["uint32"] = OnnxElementType.UInt32,
        ["uint64"] = OnnxElementType.UInt64,
        ["float16"] = OnnxElementType.Float16,
    };

    private readonly string? _inputs;

    private MlmodelFile(string folder, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> flavors, string? inputs)
    {
        Folder = folder;
        Flavors = flavors;
        _inputs = inputs;
    }

    public string Folder { get; }

    /// <summary>By name; of each flavour's fields those that are texts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Flavors { get; }

    /// <summary>Empty where there is no signature.</summary>
    public TensorPlan[] Inputs => _inputs is null ? [] : Reading(() => Tensors(_inputs).ToArray());

    public static MlmodelFile Read(string path)
    {
        return Reading(() =>
        {
            using var text = File.OpenText(path);
            var stream = new YamlStream();
            stream.Load(text);
            var root = (YamlMappingNode)stream.Documents[0].RootNode;
            var flavors = Mapping(root, "flavors")?.Children
                .Where(pair => pair.Value is YamlMappingNode)
                .ToDictionary(pair => pair.Key.ToString(), pair => Fields((YamlMappingNode)pair.Value));
            return new MlmodelFile(Path.GetDirectoryName(path)!, flavors ?? [], Mapping(root, "signature") is { } signature ? Fields(signature).GetValueOrDefault("inputs") : null);
        });
    }

    private static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is YamlException or InvalidCastException or ArgumentOutOfRangeException
            or System.Text.Json.JsonException or InvalidOperationException)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The model's file MLmodel cannot be read: {exception.Message}", exception);
        }
    }

    private static YamlMappingNode? Mapping(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(new YamlScalarNode(name), out var child) ? child as YamlMappingNode : null;

    private static IReadOnlyDictionary<string, string> Fields(YamlMappingNode node) => node.Children
        .Where(pair => pair.Value is YamlScalarNode { Value: not (null or "" or "null") })
        .ToDictionary(pair => pair.Key.ToString(), pair => ((YamlScalarNode)pair.Value).Value!);

    // [{"name":"a","type":"double"}], or [{"type":"tensor","tensor-spec":{"dtype":"float64","shape":[-1,4]}}]
    private static IEnumerable<TensorPlan> Tensors(string json)
    {
        var place = 0;
        foreach (var column in JsonNode.Parse(json)!.AsArray())
        {
            var name = (string?)column!["name"] ?? $"input_{place}";
            var spec = column["tensor-spec"];
            var type = (string?)spec?["dtype"] ?? (string?)column["type"] ?? "";
            var shape = spec?["shape"]?.AsArray().Select(dim => (long)dim!).ToArray() ?? [-1, 1];
            if (!s_types.TryGetValue(type, out var element) || shape.Length == 0 || shape[0] != -1 || shape.Skip(1).Any(dim => dim < 1))
                throw SlipwayException.Invalid($"The signature's input '{name}' ({type}) cannot be served; columns have one of the types {string.Join(", ", s_types.Keys)}.");
            yield return new TensorPlan(name, element, shape, hasRows: true, place++, (int)shape.Skip(1).Aggregate(1L, static (product, dim) => product * dim))
            {
                IsOptional = (bool?)column["required"] == false && (element == OnnxElementType.String || element.IsFloating()),
            };
        }
    }
}
