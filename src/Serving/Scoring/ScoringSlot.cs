using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Protocol;

namespace Slipway.Serving.Scoring;

/// <summary>
/// The memory of one request in hand: the engine's inputs, texts, what the request said, and the answer's bytes. A
/// request has it for itself and leaves it to the next.
/// </summary>
internal sealed class ScoringSlot(ServedModel model) : IDisposable
{
    /// <summary>Dimensions of a tensor in a request.</summary>
    public const int MaxRank = 8;

    private readonly OnnxRunner _modest = model.CreateRunner(model.ModestCapacity);
    private OnnxRunner? _large;

    public ServedModel Model { get; } = model;

    /// <summary>The memory that fits the request's rows; set once they are known.</summary>
    public OnnxRunner Runner { get; private set; } = null!;

    /// <summary>Null for an input that is not of text.</summary>
    public TextCapture?[] Texts { get; } =
        [.. model.Inputs.Select(input => input.ElementType == OnnxElementType.String ? new TextCapture() : null)];

    public bool[] Given { get; } = new bool[model.Inputs.Length];

    public bool[] Wanted { get; } = new bool[model.Outputs.Length];

    /// <summary>0 until the first shape has said it.</summary>
    public int Rows { get; private set; }

    /// <summary>The shape that is being read, and where its inner lists began.</summary>
    public long[] Shape { get; } = new long[MaxRank];

    public int[] Starts { get; } = new int[MaxRank + 1];

    public string? RequestId { get; set; }

    public DateTimeOffset? EventTime { get; set; }

    public JsonText Answer { get; } = new();

    public void Begin()
    {
        Rows = 0;
        RequestId = null;
        EventTime = null;
        Array.Clear(Given);
        Array.Fill(Wanted, true);
        foreach (var text in Texts)
            text?.Clear();
        Answer.Clear();
    }

    /// <summary>Makes room; at most the model's large capacity.</summary>
    public void SetRows(int rows)
    {
        Rows = rows;
        Runner = rows <= _modest.Capacity ? _modest : _large ??= Model.CreateRunner(Model.LargeCapacity);
    }

    public void Run() => Runner.Run(Rows, CancellationToken.None);

    public void Dispose()
    {
        _modest.Dispose();
        _large?.Dispose();
    }
}
