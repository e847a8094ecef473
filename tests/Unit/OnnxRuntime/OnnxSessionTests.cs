using Google.Protobuf;
using Slipway.Engines.OnnxRuntime;
using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.OnnxRuntime;

public sealed class OnnxSessionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<OnnxTensor> Tensors =>
    [
        OnnxTensor.Create([1.5f, float.NaN, -0f, float.MaxValue], 2, 2),
        OnnxTensor.Create([1.5, double.NegativeInfinity, 0.1, 1e300], 2, 2),
        OnnxTensor.Create([1L, -1L, long.MinValue, long.MaxValue], 2, 2),
        OnnxTensor.Create([1, -1, int.MinValue, int.MaxValue], 2, 2),
        OnnxTensor.Create<short>([1, -1, short.MinValue, short.MaxValue], 2, 2),
        OnnxTensor.Create<sbyte>([1, -1, sbyte.MinValue, sbyte.MaxValue], 2, 2),
        OnnxTensor.Create<byte>([0, 1, 128, 255], 2, 2),
        OnnxTensor.Create<ushort>([0, 1, 128, ushort.MaxValue], 2, 2),
        OnnxTensor.Create<uint>([0, 1, 128, uint.MaxValue], 2, 2),
        OnnxTensor.Create<ulong>([0, 1, 128, ulong.MaxValue], 2, 2),
        OnnxTensor.Create([(Half)1.5f, (Half)(-2f), Half.MaxValue, Half.NaN], 2, 2),
        OnnxTensor.Create([true, false, false, true], 2, 2),
        OnnxTensor.Create(["", "a", "København", "too long to be kept inside a std::string \U0001F6EB"], 2, 2),
    ];

    [Theory]
    [MemberData(nameof(Tensors))]
    public void A_tensor_of_each_type_comes_back_as_it_went_in(OnnxTensor tensor)
    {
        using var session = OnnxSession.Load(OnnxModels.Identity(tensor.ElementType));

        var answer = session.Run(new Dictionary<string, OnnxTensor> { ["x"] = tensor }, Ct)["y"];

        Assert.Equal(tensor.ElementType, answer.ElementType);
        Assert.Equal(tensor.Dims, answer.Dims);
        Assert.Equal(tensor.Data, answer.Data);
    }

    [Fact]
    public void A_tensor_without_rows_comes_back_empty()
    {
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.String));

        var answer = session.Run(
            new Dictionary<string, OnnxTensor> { ["x"] = OnnxTensor.Create(Array.Empty<string>(), 0, 2) }, Ct)["y"];

        Assert.Equal([0L, 2L], answer.Dims);
        Assert.Empty(answer.As<string>());
    }

    [Fact]
    public void A_classifier_of_texts_and_numbers_answers_with_the_probabilities_of_its_leaves()
    {
        using var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());

        var answers = session.Run(ThreeFlights(), Ct);

        Assert.Equal([0.75f, 0.25f, 0.5f, 0.5f, 0.25f, 0.75f], answers["probabilities"].As<float>());
        Assert.Equal([0, 0, 1], answers["label"].As<long>());
    }

    [Fact]
    public void Probabilities_that_the_model_puts_into_maps_come_back_as_a_table_with_the_keys()
    {
        using var session = OnnxSession.Load(OnnxModels.ClassifierWithMaps());

        var answer = session.Run(ThreeFlights(), Ct)["maps"];

        Assert.Equal([3L, 2L], answer.Dims);
        Assert.Equal(["on time", "late"], (string[])answer.ColumnKeys!);
        Assert.Equal([0.75f, 0.25f, 0.5f, 0.5f, 0.25f, 0.75f], answer.As<float>());
    }

    [Fact]
    public void A_session_knows_its_inputs_and_outputs()
    {
        using var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());
        using var withMaps = OnnxSession.Load(OnnxModels.ClassifierWithMaps());

        Assert.Equal(["carrier", "distance"], session.Inputs.Select(input => input.Name));
        Assert.Equal(["string[N,1]", "float[N,1]"], session.Inputs.Select(input => input.TypeText));
        Assert.Equal(["int64[N]", "float[N,2]"], session.Outputs.Select(output => output.TypeText));
        Assert.Equal([-1L, 1L], session.Inputs[0].Dims);
        Assert.Equal("float[N,2]", withMaps.Outputs[1].TypeText);
    }

    [Fact]
    public void A_session_knows_what_the_model_says_about_itself()
    {
        var model = OnnxModels.Classifier();
        model.Domain = "example.org";
        model.DocString = "Says whether a flight is late.";
        model.MetadataProps.Add(new StringStringEntryProto { Key = "threshold", Value = "0.21" });
        model.MetadataProps.Add(new StringStringEntryProto { Key = "trained in", Value = "København" });
        using var session = OnnxSession.Load(model.ToByteArray());

        var metadata = session.Metadata;

        Assert.Equal("slipway tests", metadata.Producer);
        Assert.Equal("test graph", metadata.GraphName);
        Assert.Equal("example.org", metadata.Domain);
        Assert.Equal("Says whether a flight is late.", metadata.Description);
        Assert.Equal(3, metadata.Version);
        Assert.Equal(8, metadata.IrVersion);
        Assert.Equal(17, metadata.Opsets[""]);
        Assert.Equal(3, metadata.Opsets["ai.onnx.ml"]);
        Assert.Equal("0.21", metadata.Custom["threshold"]);
        Assert.Equal("København", metadata.Custom["trained in"]);
        Assert.Equal(2, metadata.Custom.Count);
    }

    [Theory]
    [InlineData("This is not a model, it is a letter.\n")]
    [InlineData("")]
    [InlineData("PK\u0003\u0004")]
    public async Task A_file_that_is_no_model_is_refused_in_one_sentence_with_its_name(string content)
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "letter.onnx");
        await File.WriteAllTextAsync(path, content, Ct);

        var refusal = Assert.Throws<SlipwayException>(() => OnnxSession.Load(path));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.StartsWith($"'{path}' is not an ONNX model", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, refusal.Message.Count(character => character == '\n') + 1);
    }

    [Fact]
    public async Task A_model_loads_from_a_file_whose_name_is_not_ASCII()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "flüge.onnx");
        await File.WriteAllBytesAsync(path, OnnxModels.Classifier().ToByteArray(), Ct);
        using var session = OnnxSession.Load(path);

        Assert.Equal(0.25f, session.Run(ThreeFlights(), Ct)["probabilities"].As<float>()[1]);
    }

    [Fact]
    public void A_file_that_is_not_there_is_not_found()
    {
        var refusal = Assert.Throws<SlipwayException>(() => OnnxSession.Load("/nowhere/model.onnx"));

        Assert.Equal(ErrorCode.NotFound, refusal.Code);
        Assert.Contains("/nowhere/model.onnx", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_that_does_not_exist_is_refused_with_the_engines_words()
    {
        var model = OnnxModels.Model(
            [OnnxModels.Tensor("x", OnnxElementType.Float, "N", 2)],
            [OnnxModels.Tensor("y", OnnxElementType.Float, "N", 2)],
            OnnxModels.Node("Guess", ["x"], ["y"]));

        var refusal = Assert.Throws<SlipwayException>(() => OnnxSession.Load(model.ToByteArray()));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.StartsWith("The model cannot be loaded: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Guess", refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, OnnxTensor, string> WrongInputs => new()
    {
        { "z", OnnxTensor.Create([1f, 2f], 1, 2), "Invalid input name: z" },
        { "x", OnnxTensor.Create([1.0, 2.0], 1, 2), "Unexpected input data type" },
        { "x", OnnxTensor.Create([1f, 2f, 3f], 1, 3), "Got invalid dimensions for input: x" },
        { "x", OnnxTensor.Create([1f, 2f], 2), "Invalid rank for input: x" },
    };

    [Theory]
    [MemberData(nameof(WrongInputs))]
    public void A_wrong_name_type_or_shape_is_refused_with_the_engines_words(
        string name, OnnxTensor tensor, string words)
    {
        using var session = OnnxSession.Load(OnnxModels.Identity(OnnxElementType.Float));

        var refusal = Assert.Throws<SlipwayException>(
            () => session.Run(new Dictionary<string, OnnxTensor> { [name] = tensor }, Ct));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_does_not_fit_its_array_is_refused()
    {
        var refusal = Assert.Throws<SlipwayException>(() => OnnxTensor.Create([1f, 2f, 3f], 2, 2));

        Assert.Equal("A tensor of shape [2,2] has 4 elements, not 3.", refusal.Message);
    }

    [Fact]
    public void A_session_runs_with_shared_threads_too()
    {
        using var session = OnnxSession.Load(
            OnnxModels.Classifier().ToByteArray(),
            new() { UseSharedThreads = true, CpuArena = false, MemoryPattern = false });

        Assert.Equal(0.25f, session.Run(ThreeFlights(), Ct)["probabilities"].As<float>()[1]);
    }

    [Fact]
    public void A_disposed_session_does_not_run()
    {
        var session = OnnxSession.Load(OnnxModels.Classifier().ToByteArray());
        session.Dispose();

        Assert.Throws<ObjectDisposedException>(() => session.Run(ThreeFlights(), Ct));
    }

    [Fact]
    public void The_engine_tells_its_version() => Assert.StartsWith("1.", OnnxEngine.Version, StringComparison.Ordinal);

    private static Dictionary<string, OnnxTensor> ThreeFlights() => new()
    {
        ["carrier"] = OnnxTensor.Create(["AA", "UA", "never seen"], 3, 1),
        ["distance"] = OnnxTensor.Create([100f, 500f, 501f], 3, 1),
    };
}
