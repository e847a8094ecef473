using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Scoring;

/// <summary>A running model under the name and version by which requests ask for it.</summary>
internal sealed class ServedModel : IDisposable
{
    private const int ModestRows = 1024;
    private const long ModestBytes = 256 * 1024;

    // A text is an object of the engine's, which has short ones in itself.
    private const int TextBytes = 32;

    private readonly IRunningModel _running;
    private readonly int _maxRows;
    private readonly InputRule[] _rules;

    public ServedModel(IRunningModel running, ModelVersion version, int maxRows)
    {
        _running = running;
        _maxRows = maxRows;
        Name = version.Model;
        Version = version.Number;
        VersionText = version.Number.ToString(CultureInfo.InvariantCulture);
        var signature = version.SignatureJson is null ? null : Signature(version.SignatureJson);
        ChooseRoles(signature);
        _rules = [.. Inputs.Select(input => InputRule.Create(input, signature))];
    }

    public string Name { get; }

    public int Version { get; }

    public string VersionText { get; }

    public string Platform => _running.Platform;

    /// <summary>The one number of rows that the model takes; null when it is free.</summary>
    public int? FixedRows => _running.FixedRows;

    public TensorPlan[] Inputs => _running.Inputs;

    public TensorPlan[] Outputs => _running.Outputs;

    public long MemoryBytes => _running.MemoryBytes;

    /// <inheritdoc cref="IRunningModel.Bodies"/>
    public IBodyModel? Bodies => _running.Bodies;

    /// <inheritdoc cref="IRunningModel.Log"/>
    public DeploymentLog? Log => _running.Log;

    /// <inheritdoc cref="IRunningModel.TakesAhead"/>
    public bool TakesAhead => _running.TakesAhead;

    /// <summary>Which output is the predicted class, and which the score; null where there is none.</summary>
    public TensorPlan? Label { get; private set; }

    public TensorPlan? Score { get; private set; }

    /// <summary>Rows of the memory that is laid out for every request: fewer of wide ones.</summary>
    public int ModestCapacity => FixedRows ?? (int)Math.Clamp(ModestBytes / Math.Max(1, RowBytes), 1, Math.Min(ModestRows, _maxRows));

    /// <summary>The most rows of one request.</summary>
    public int LargeCapacity => FixedRows ?? _maxRows;

    private long RowBytes => Inputs.Concat(Outputs).Sum(tensor => (long)tensor.RowLength * (tensor.ElementSize > 0 ? tensor.ElementSize : TextBytes));

    /// <summary>Rows of the memory for a request that is larger: it grows by doubling.</summary>
    public int CapacityFor(int rows) => FixedRows ?? (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)rows), _maxRows);

    public IModelRunner CreateRunner(int capacity) => _running.CreateRunner(capacity);

    /// <summary>Refuses tensors for a model that is not known to have any.</summary>
    public void CheckSignature()
    {
        if (Inputs.Length == 0)
            throw SlipwayException.Invalid($"Model '{Name}' has no signature; it answers bodies of its own making, at /score.");
    }

    /// <summary>Whether a request may leave the input out: then it is missing (NaN, or the empty text) in every row.</summary>
    public bool IsOptional(TensorPlan input) => _rules[input.Index].IsOptional;

    /// <summary>The texts that the input may have; null: any.</summary>
    public IReadOnlyList<string>? Categories(TensorPlan input) => _rules[input.Index].Categories;

    /// <summary>Refuses a text that is none of the input's categories.</summary>
    public void CheckCategory(TensorPlan input, int index, ReadOnlySpan<byte> utf8) => _rules[input.Index].Check(input, index, utf8);

    /// <inheritdoc cref="IRunningModel.Interrupt"/>
    public void Interrupt() => _running.Interrupt();

    public void Dispose() => _running.Dispose();

    // The signature says it; without one, a lonely column that is no float is the class, and the first floats the score.
    private void ChooseRoles(ModelSignature? signature)
    {
        Label = WithRole("label") ?? Outputs.FirstOrDefault(output => output.RowLength == 1 && !IsFloat(output));
        Score = WithRole("score") ?? Outputs.FirstOrDefault(IsFloat);

        TensorPlan? WithRole(string role) => signature?.Outputs.FirstOrDefault(output => output.Role == role) is { } named
            ? Outputs.FirstOrDefault(output => output.Name == named.Name)
            : null;
    }

    private static ModelSignature? Signature(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ServingJson.Default.ModelSignature);
        }
        catch (JsonException)
        {
            // A signature of another system's form; the file tells the rest.
            return null;
        }
    }

    private static bool IsFloat(TensorPlan output) =>
        output.ElementType is OnnxElementType.Float or OnnxElementType.Double;
}
