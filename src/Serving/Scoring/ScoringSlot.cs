using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Protocol;
using Slipway.Serving.Protocol.Grpc;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Scoring;

/// <summary>
/// The memory of one request in hand: the engine's inputs, texts, what the request said, and the answer's bytes. A
/// request has it for itself and leaves it to the next.
/// </summary>
internal sealed class ScoringSlot(ServedModel model) : IDisposable
{
    /// <summary>Dimensions of a tensor in a request.</summary>
    public const int MaxRank = 8;

    private readonly IModelRunner _modest = model.CreateRunner(model.ModestCapacity);
    private IModelRunner? _large;

    public ServedModel Model { get; } = model;

    /// <summary>The memory that fits the request's rows; set once they are known.</summary>
    public IModelRunner Runner { get; private set; } = null!;

    /// <summary>Null for an input that is not of text.</summary>
    public TextCapture?[] Texts { get; } =
        [.. model.Inputs.Select(input => input.ElementType == OnnxElementType.String ? new TextCapture() : null)];

    public bool[] Given { get; } = new bool[model.Inputs.Length];

    public bool[] Wanted { get; } = new bool[model.Outputs.Length];

    /// <summary>Whether an output is asked for as bytes, where the request says it of that output.</summary>
    public bool?[] Binary { get; } = new bool?[model.Outputs.Length];

    private readonly int[] _classes = new int[model.Outputs.Length];
    private readonly ClassifiedOutput?[] _classified = new ClassifiedOutput?[model.Outputs.Length];

    /// <summary>Whether outputs of which the request says nothing are sent as bytes.</summary>
    public bool BinaryByDefault { get; set; }

    /// <summary>0 until the first shape has said it.</summary>
    public int Rows { get; private set; }

    /// <summary>The shape that is being read, and where its inner lists began.</summary>
    public long[] Shape { get; } = new long[MaxRank];

    public int[] Starts { get; } = new int[MaxRank + 1];

    public string? RequestId { get; set; }

    public DateTimeOffset? EventTime { get; set; }

    /// <inheritdoc cref="IModelRunner.Parameters"/>
    public byte[]? Parameters { get; set; }

    public JsonText Answer { get; } = new();

    /// <summary>Whether tensors came as bytes over gRPC, and go so; and the inputs in the order in which they were named.</summary>
    public bool IsRaw { get; set; }

    public (int Index, long Elements, bool HasContents)[] Order { get; } = new (int, long, bool)[model.Inputs.Length];

    /// <summary>A protobuf answer, the tensor of it that is being built, and the contents of that.</summary>
    public ProtoBuilder Message { get; } = new();

    public ProtoBuilder Tensor { get; } = new();

    public ProtoBuilder Contents { get; } = new();

    public void Begin()
    {
        Rows = 0;
        RequestId = null;
        EventTime = null;
        Parameters = null;
        Array.Clear(Given);
        Array.Fill(Wanted, true);
        Array.Clear(Binary);
        Array.Clear(_classes);
        Array.Clear(_classified);
        BinaryByDefault = false;
        IsRaw = false;
        foreach (var text in Texts)
            text?.Clear();
        Answer.Clear();
    }

    /// <summary>Makes room; at most the model's large capacity.</summary>
    public void SetRows(int rows)
    {
        Rows = rows;
        Runner = rows <= _modest.Capacity ? _modest : Large(rows);
    }

    public ValueTask RunAsync(CancellationToken ct)
    {
        Runner.Parameters = Parameters;
        return Runner.RunAsync(Rows, ct);
    }

    public bool IsBinary(TensorPlan output) => Wanted[output.Index] && (Binary[output.Index] ?? BinaryByDefault);

    /// <summary>Marks an input as given; it can be given once.</summary>
    public void Give(TensorPlan input)
    {
        if (Given[input.Index])
            throw SlipwayException.Invalid($"The input '{input.Name}' is given twice.");
        Given[input.Index] = true;
    }

    /// <summary>What the answer has of the output: its values, or the classes of its rows.</summary>
    public OutputMemory Shown(TensorPlan output) => _classes[output.Index] is var most and > 0
        ? _classified[output.Index] ??= new ClassifiedOutput(output, Runner.Outputs[output.Index], most)
        : Runner.Outputs[output.Index];

    /// <summary>Marks an output as asked for, after all were cleared; it can be asked for once.</summary>
    /// <param name="classes">Of each row so many classes in place of its values; 0: the values.</param>
    public void Want(TensorPlan output, bool? binary, int classes)
    {
        if (classes > 0 && !ClassifiedOutput.Takes(output.ElementType))
            throw SlipwayException.Invalid($"The output {output} has no numbers that could be put in order as classes.");
        _classes[output.Index] = classes;
        if (Wanted[output.Index])
            throw SlipwayException.Invalid($"The output '{output.Name}' is asked for twice.");
        Wanted[output.Index] = true;
        Binary[output.Index] = binary;
    }

    /// <summary>Refuses a request in which an input is missing.</summary>
    public void CheckComplete()
    {
        for (var i = 0; i < Given.Length; i++)
        {
            if (Given[i])
                continue;
            if (!Model.IsOptional(Model.Inputs[i]))
                throw SlipwayException.Invalid($"The input {Model.Inputs[i]} is missing.");
            LeaveOut(Model.Inputs[i]);
        }
    }

    /// <summary>Sets one text of an input, and keeps it for what is collected.</summary>
    public void SetText(TensorPlan input, int index, ReadOnlySpan<byte> utf8)
    {
        Model.CheckCategory(input, index, utf8);
        Runner.Inputs[input.Index].SetText(index, utf8);
        Texts[input.Index]!.Add(utf8);
    }

    public void Dispose()
    {
        _modest.Dispose();
        _large?.Dispose();
    }

    private IModelRunner Large(int rows)
    {
        if (_large is { } enough && rows <= enough.Capacity)
            return enough;
        var larger = Model.CreateRunner(Model.CapacityFor(rows));
        _large?.Dispose();
        return _large = larger;
    }

    // Missing is NaN to a model, and of texts the empty one.
    private void LeaveOut(TensorPlan input)
    {
        var count = Rows * input.RowLength;
        switch (input.ElementType)
        {
            case OnnxElementType.Float:
                Runner.Inputs[input.Index].Span<float>()[..count].Fill(float.NaN);
                break;
            case OnnxElementType.Double:
                Runner.Inputs[input.Index].Span<double>()[..count].Fill(double.NaN);
                break;
            case OnnxElementType.Float16:
                Runner.Inputs[input.Index].Span<Half>()[..count].Fill(Half.NaN);
                break;
            case OnnxElementType.BFloat16:
                Runner.Inputs[input.Index].Span<BFloat16>()[..count].Fill(BFloat16.NaN);
                break;
            default:
                for (var i = 0; i < count; i++)
                    SetText(input, i, default);
                break;
        }
    }
}
