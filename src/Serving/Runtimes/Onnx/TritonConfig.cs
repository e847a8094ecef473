using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Onnx;

/// <summary>Triton's config.pbtxt. https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/model_configuration.html</summary>
/// <param name="FileName">In each version's folder.</param>
/// <param name="Versions">Those that may be served; empty: any.</param>
/// <param name="Rows">Whether tensors have rows that their dimensions do not show.</param>
internal sealed record TritonConfig(
    string FileName, IReadOnlyList<long> Versions, bool Rows, IReadOnlyList<TritonTensor> Inputs, IReadOnlyList<TritonTensor> Outputs)
{
    public const string File = "config.pbtxt";

    public static TritonConfig Read(string text)
    {
        var root = TextProto.Parse(text, File);
        var engine = root.Text("backend") ?? root.Text("platform")?.Split('_')[0] ?? "onnxruntime";
        if (engine != "onnxruntime")
            throw SlipwayException.Invalid($"{File} says that the model's backend is '{engine}'; this runtime has onnxruntime. The runtime 'proxy' asks a Triton server.");
        return new TritonConfig(
            root.Text("default_model_filename") ?? "model.onnx",
            [.. root.Messages("version_policy").SelectMany(policy => policy.Messages("specific")).SelectMany(specific => specific.Numbers("versions"))],
            root.Numbers("max_batch_size").FirstOrDefault() > 0,
            [.. root.Messages("input").Select(TritonTensor.Read)],
            [.. root.Messages("output").Select(TritonTensor.Read)]);
    }

    /// <summary>The shape of one row by input, where the file leaves it open; refuses what contradicts the file.</summary>
    public IReadOnlyDictionary<string, long[]> RowShapes(OnnxSession session)
    {
        foreach (var output in Outputs)
            Fit("output", output, session.Outputs);
        foreach (var input in Inputs)
            Fit("input", input, session.Inputs);
        return Inputs
            .Where(input => input.Dims.All(dim => dim > 0) || (!Rows && input.Dims.Skip(1).All(dim => dim > 0)))
            .ToDictionary(input => input.Name, input => Rows ? input.Dims : input.Dims[1..]);
    }

    private void Fit(string kind, TritonTensor tensor, IReadOnlyList<OnnxField> fields)
    {
        var field = fields.FirstOrDefault(field => field.Name == tensor.Name)
            ?? throw SlipwayException.Invalid($"{File} has the {kind} '{tensor.Name}', which the ONNX file does not; it has {string.Join(", ", fields.Select(field => field.Name))}.");
        var dims = Rows ? tensor.Dims.Prepend(-1).ToArray() : tensor.Dims;
        var fits = field.Kind != OnnxKind.Tensor || (tensor.Type == field.ElementType && dims.Length == field.Dims.Length
            && dims.Zip(field.Dims).All(pair => pair.First == pair.Second || pair.First < 0 || pair.Second < 0));
        if (!fits)
            throw SlipwayException.Invalid($"{File} says that '{tensor.Name}' is {OipTypes.Of(tensor.Type)} {TensorPlan.ShapeText(dims)}; in the ONNX file it is {field.TypeText}.");
    }
}

/// <param name="Dims">-1 is free.</param>
internal sealed record TritonTensor(string Name, OnnxElementType Type, long[] Dims)
{
    public static TritonTensor Read(TextProto message)
    {
        var name = message.Text("name") ?? throw SlipwayException.Invalid($"{TritonConfig.File} has an input or output without a name.");
        var type = message.Text("data_type") ?? "";
        var known = type == "TYPE_STRING" ? "BYTES" : type.StartsWith("TYPE_", StringComparison.Ordinal) ? type["TYPE_".Length..] : type;
        return new TritonTensor(name, OipTypes.Parse(known), [.. message.Numbers("dims")]);
    }
}
