using System.Runtime.InteropServices;
using Slipway.Kernel;

namespace Slipway.Engines.XGBoost;

/// <summary>
/// A model that learns or has learned. Predicting is safe from several threads at once, everything else is not.
/// </summary>
public sealed unsafe class XgbBooster : IDisposable
{
    private readonly XgbBoosterHandle _handle;

    private XgbBooster(XgbBoosterHandle handle) => _handle = handle;

    /// <summary>The columns that it was made for; empty when a loaded model does not say.</summary>
    public IReadOnlyList<XgbFeature> Features { get; private set; } = [];

    public int BoostedRounds
    {
        get
        {
            XgbCall.Check(XgbNative.XGBoosterBoostedRounds(_handle, out var rounds));
            return rounds;
        }
    }

    /// <param name="parameters">XGBoost's own, such as ("objective", "binary:logistic"); a key may occur several times.</param>
    /// <param name="matrices">What it will learn from and be evaluated on: their predictions are kept between rounds.</param>
    public static XgbBooster Create(
        IEnumerable<KeyValuePair<string, string>> parameters, IReadOnlyList<XgbMatrix> matrices)
    {
        if (matrices.Count == 0)
            throw SlipwayException.Invalid("A booster needs the matrix that it learns from.");

        var booster = new XgbBooster(CreateHandle(matrices));
        return booster.OrDispose(() =>
        {
            foreach (var (name, value) in parameters)
                XgbCall.Check(XgbNative.XGBoosterSetParam(booster._handle, name, value));
            booster.SetFeatures(matrices[0].Features);
        });
    }

    /// <summary>Reads what <see cref="SaveJson"/> or <see cref="SaveUbj"/> wrote, in this version or an older one.</summary>
    public static XgbBooster Load(ReadOnlySpan<byte> model)
    {
        // Anything else is taken for the old binary format, and its reader trusts lengths that it finds.
        if (model.IsEmpty || model[0] != (byte)'{')
            throw new SlipwayException(ErrorCode.EngineFailed, "XGBoost cannot read the model: it is neither JSON nor UBJSON; save it as one of these.");

        var booster = new XgbBooster(CreateHandle([]));
        fixed (byte* buffer = model)
        {
            if (XgbNative.XGBoosterLoadModelFromBuffer(booster._handle, buffer, (ulong)model.Length) != 0)
            {
                var reason = XgbCall.LastReason();
                booster.Dispose();
                throw new SlipwayException(ErrorCode.EngineFailed, $"XGBoost cannot read the model: {reason}");
            }
        }

        return booster.OrDispose(booster.ReadFeatures);
    }

    /// <summary>Learns one round more.</summary>
    public void Update(int iteration, XgbMatrix train)
    {
        XgbCall.Silence();
        XgbCall.Check(XgbNative.XGBoosterUpdateOneIter(_handle, iteration, train.Handle));
    }

    /// <summary>All metrics of all sets, set after set.</summary>
    public IReadOnlyList<XgbScore> Evaluate(int iteration, IReadOnlyList<XgbWatch> watches)
    {
        XgbCall.Silence();
        XgbWatch.CheckNames(watches);
        string[] names = [.. watches.Select(watch => watch.Name)];
        using var pins = new HandlePins([.. watches.Select(watch => watch.Matrix)]);
        fixed (nint* matrices = pins.Values)
        {
            XgbCall.Check(XgbNative.XGBoosterEvalOneIter(
                _handle, iteration, matrices, names, (ulong)names.Length, out var line));
            return XgbScore.Parse(Marshal.PtrToStringUTF8(line) ?? "", names);
        }
    }

    /// <summary>One value per row, or one per row and class, row after row.</summary>
    /// <param name="margin">The sum of the trees, before the objective's transformation.</param>
    /// <param name="endIteration">Uses the rounds before this one; 0: all.</param>
    public float[] Predict(XgbMatrix matrix, bool margin = false, int beginIteration = 0, int endIteration = 0)
    {
        CheckFeatures(matrix);
        XgbCall.Silence();
        var config = $$"""
            {"type": {{(margin ? 1 : 0)}}, "training": false, "strict_shape": false,
             "iteration_begin": {{beginIteration}}, "iteration_end": {{endIteration}}}
            """;
        return Predict(matrix, config);
    }

    /// <summary>What each feature adds to the margin of each row (SHAP values), row after row, each with the bias at its end.</summary>
    public float[] Contributions(XgbMatrix matrix)
    {
        CheckFeatures(matrix);
        XgbCall.Silence();
        return Predict(matrix, """{"type": 2, "training": false, "strict_shape": false, "iteration_begin": 0, "iteration_end": 0}""");
    }

    public byte[] SaveJson() => Save("json");

    public byte[] SaveUbj() => Save("ubj");

    /// <summary>A booster of the first rounds only; this one stays as it is.</summary>
    public XgbBooster Take(int rounds)
    {
        XgbCall.Silence();
        XgbCall.Check(XgbNative.XGBoosterSlice(_handle, 0, rounds, 1, out var handle));
        var slice = new XgbBooster(handle);
        return slice.OrDispose(() => slice.SetFeatures(Features));
    }

    /// <summary>A text that is kept in the model, or null.</summary>
    public string? GetAttribute(string name)
    {
        XgbCall.Check(XgbNative.XGBoosterGetAttr(_handle, name, out var value, out var found));
        return found != 0 ? Marshal.PtrToStringUTF8(value) : null;
    }

    public void SetAttribute(string name, string? value) =>
        XgbCall.Check(XgbNative.XGBoosterSetAttr(_handle, name, value));

    /// <summary>How much each feature that occurs in a tree matters.</summary>
    public IReadOnlyDictionary<string, float> FeatureScores(XgbImportance importance)
    {
        XgbCall.Silence();
        XgbCall.Check(XgbNative.XGBoosterFeatureScore(
            _handle, $$"""{"importance_type": "{{importance.Spelling()}}"}""",
            out var count, out var names, out _, out _, out var scores));
        var result = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (var (index, name) in XgbCall.Strings(names, count).Index())
            result[name] = scores[index];
        return result;
    }

    public void Dispose() => _handle.Dispose();

    private static XgbBoosterHandle CreateHandle(IReadOnlyList<XgbMatrix> matrices)
    {
        XgbCall.Silence();
        using var pins = new HandlePins(matrices);
        fixed (nint* pointers = pins.Values)
        {
            XgbCall.Check(XgbNative.XGBoosterCreate(pointers, (ulong)matrices.Count, out var handle));
            return handle;
        }
    }

    private float[] Predict(XgbMatrix matrix, string config)
    {
        XgbCall.Check(XgbNative.XGBoosterPredictFromDMatrix(
            _handle, matrix.Handle, config, out var shape, out var dimensions, out var result));

        var length = 1UL;
        for (var i = 0UL; i < dimensions; i++)
            length *= shape[i];
        return new ReadOnlySpan<float>(result, checked((int)length)).ToArray();
    }

    private byte[] Save(string format)
    {
        XgbCall.Silence();
        XgbCall.Check(XgbNative.XGBoosterSaveModelToBuffer(
            _handle, $$"""{"format": "{{format}}"}""", out var length, out var buffer));
        return new ReadOnlySpan<byte>(buffer, checked((int)length)).ToArray();
    }

    private void SetFeatures(IReadOnlyList<XgbFeature> features)
    {
        string[] names = [.. features.Select(feature => feature.Name)];
        string[] types = [.. features.Select(feature => feature.TypeName)];
        XgbCall.Check(XgbNative.XGBoosterSetStrFeatureInfo(_handle, "feature_name", names, (ulong)names.Length));
        XgbCall.Check(XgbNative.XGBoosterSetStrFeatureInfo(_handle, "feature_type", types, (ulong)types.Length));
        Features = features;
    }

    private void ReadFeatures()
    {
        XgbCall.Check(XgbNative.XGBoosterGetStrFeatureInfo(_handle, "feature_name", out var nameCount, out var texts));
        var names = XgbCall.Strings(texts, nameCount);
        XgbCall.Check(XgbNative.XGBoosterGetStrFeatureInfo(_handle, "feature_type", out var typeCount, out texts));
        var types = XgbCall.Strings(texts, typeCount);
        Features = [.. names.Select((name, i) =>
            new XgbFeature(name, i < types.Length ? XgbFeature.ParseType(types[i]) : XgbFeatureType.Real))];
    }

    // The engine compares only the number of columns, and takes fewer than it learned from without a word.
    private void CheckFeatures(XgbMatrix matrix)
    {
        if (Features.Count == 0)
        {
            XgbCall.Check(XgbNative.XGBoosterGetNumFeature(_handle, out var count));
            if (count != (ulong)matrix.ColumnCount)
                throw SlipwayException.Invalid($"The model has {count} features but the data {matrix.ColumnCount} columns.");
            return;
        }

        var expected = Features.Select(feature => feature.Name).ToArray();
        var actual = matrix.Features.Select(feature => feature.Name).ToArray();
        if (!expected.SequenceEqual(actual, StringComparer.Ordinal))
        {
            throw SlipwayException.Invalid(
                $"The data has the columns {string.Join(", ", actual)} but the model learned from {string.Join(", ", expected)}; "
                + "give it the same columns in the same order.");
        }
    }

    private XgbBooster OrDispose(Action prepare)
    {
        try
        {
            prepare();
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }
}
