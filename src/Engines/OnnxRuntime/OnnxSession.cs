using System.Collections.Immutable;
using System.Text;
using Slipway.Engines.OnnxRuntime.Native;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>
/// A loaded model. Any number of threads may run it at once, each with an <see cref="OnnxRunner"/> of its own.
/// </summary>
public sealed class OnnxSession : IDisposable
{
    private readonly SessionHandle _handle;
    private volatile bool _disposed;

    private OnnxSession(SessionHandle handle, OnnxHeader header, Dictionary<string, Array>? columnKeys)
    {
        _handle = handle;
        Inputs = FieldReader.Inputs(handle.DangerousGetHandle());
        Outputs = [.. FieldReader.Outputs(handle.DangerousGetHandle())
            .Select(output => output with { ColumnKeys = columnKeys?.GetValueOrDefault(output.Name) })];
        Metadata = MetadataReader.Read(handle.DangerousGetHandle(), header);
    }

    public ImmutableArray<OnnxField> Inputs { get; }

    public ImmutableArray<OnnxField> Outputs { get; }

    public OnnxMetadata Metadata { get; }

    /// <summary>Loads a file; weights in files beside it are found.</summary>
    public static unsafe OnnxSession Load(string path, OnnxSessionSettings? settings = null)
    {
        if (!File.Exists(path))
            throw SlipwayException.NotFound("ONNX file", path);

        var source = new Source($"'{path}'", ReadHeader(path), settings ?? OnnxSessionSettings.Default);
        if (ZipMaps.MayBeIn(source.Header) && ZipMaps.CutOff(File.ReadAllBytes(path)) is { } cut)
            return Open(source, cut.Model, cut.Keys);

        var encoding = OperatingSystem.IsWindows() ? Encoding.Unicode : Encoding.UTF8;
        return Open(source, columnKeys: null, (options, session) =>
        {
            fixed (byte* name = encoding.GetBytes(path + '\0'))
            {
                return OrtApi.CreateSession(OnnxEngine.Environment(), name, options, session);
            }
        });
    }

    /// <summary>Loads a model from memory, which is free again afterwards.</summary>
    public static OnnxSession Load(ReadOnlySpan<byte> model, OnnxSessionSettings? settings = null)
    {
        var source = new Source("The model", ReadHeader(model), settings ?? OnnxSessionSettings.Default);
        return ZipMaps.MayBeIn(source.Header) && ZipMaps.CutOff(model) is { } cut
            ? Open(source, cut.Model, cut.Keys)
            : Open(source, model, columnKeys: null);
    }

    /// <summary>
    /// Runs the model once and answers with its outputs by name; the simple way, for tests and tools.
    /// </summary>
    public IReadOnlyDictionary<string, OnnxTensor> Run(
        IReadOnlyDictionary<string, OnnxTensor> inputs, CancellationToken ct)
    {
        using var call = new OnnxCall(this, inputs);
        return call.Run(ct);
    }

    /// <summary>Frees the model as soon as nothing runs it any more.</summary>
    public void Dispose()
    {
        _disposed = true;
        _handle.Dispose();
    }

    /// <summary>A reference that keeps the model alive; each one is to be released.</summary>
    internal SessionHandle Reference()
    {
        // The handle itself gives references until the last one is released, so a disposed session would still run.
        ObjectDisposedException.ThrowIf(_disposed, this);
        var referenced = false;
        _handle.DangerousAddRef(ref referenced);
        return _handle;
    }

    private static OnnxHeader ReadHeader(string path)
    {
        using var file = File.OpenRead(path);
        return OnnxHeader.Read(file, $"'{path}'");
    }

    private static unsafe OnnxHeader ReadHeader(ReadOnlySpan<byte> model)
    {
        fixed (byte* start = model)
        {
            using var stream = new UnmanagedMemoryStream(start, model.Length);
            return OnnxHeader.Read(stream, "The model");
        }
    }

    private static unsafe OnnxSession Open(
        Source source, ReadOnlySpan<byte> model, Dictionary<string, Array>? columnKeys)
    {
        fixed (byte* start = model)
        {
            var (address, length) = ((nint)start, (nuint)model.Length);
            return Open(source, columnKeys, (options, session) =>
                OrtApi.CreateSessionFromArray(OnnxEngine.Environment(), (void*)address, length, options, session));
        }
    }

    private static unsafe OnnxSession Open(Source source, Dictionary<string, Array>? columnKeys, Creation create)
    {
        OnnxEngine.Environment();
        var options = SessionOptions.Create(source.Settings);
        nint session;
        try
        {
            if (create(options, &session) is var status and not 0)
                throw source.CannotLoad(OrtStatus.Take(status));
        }
        finally
        {
            OrtApi.ReleaseSessionOptions(options);
        }

        var handle = new SessionHandle(session);
        try
        {
            return new(handle, source.Header, columnKeys);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private unsafe delegate nint Creation(nint options, nint* session);

    /// <summary>What is loaded, as messages call it, and how.</summary>
    private sealed record Source(string Name, OnnxHeader Header, OnnxSessionSettings Settings)
    {
        public SlipwayException CannotLoad((int Code, string Message) status) => new(
            ErrorCode.EngineFailed,
            status.Code is OrtStatus.NoModel or OrtStatus.InvalidProtobuf
                ? $"{Name} is not an ONNX model, or only a part of one: {status.Message}"
                : $"{Name} cannot be loaded: {status.Message}");
    }
}
