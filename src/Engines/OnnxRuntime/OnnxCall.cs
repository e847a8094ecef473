using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Slipway.Engines.OnnxRuntime.Native;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>One simple run: pins the inputs, runs, copies the outputs, frees everything.</summary>
internal sealed unsafe class OnnxCall : IDisposable
{
    private readonly ImmutableArray<OnnxField> _fields;
    private readonly SessionHandle _session;
    private readonly Names _inputNames;
    private readonly Names _outputNames;
    private readonly nint[] _inputs;
    private readonly nint[] _outputs;
    private readonly List<GCHandle> _pins = [];
    private readonly RunOptions _options = new();

    public OnnxCall(OnnxSession session, IReadOnlyDictionary<string, OnnxTensor> inputs)
    {
        _session = session.Reference();
        _fields = session.Outputs;
        _inputNames = new([.. inputs.Keys]);
        _outputNames = new([.. session.Outputs.Select(output => output.Name)]);
        _inputs = new nint[inputs.Count];
        _outputs = new nint[session.Outputs.Length];
        try
        {
            var index = 0;
            foreach (var tensor in inputs.Values)
                _inputs[index++] = Value(tensor);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyDictionary<string, OnnxTensor> Run(CancellationToken ct)
    {
        using (_options.StopOn(ct))
        {
            fixed (nint* inputs = _inputs)
            fixed (nint* outputs = _outputs)
            {
                var status = OrtApi.Run(
                    _session.DangerousGetHandle(),
                    _options.Handle,
                    _inputNames.Pointers,
                    inputs,
                    (nuint)_inputs.Length,
                    _outputNames.Pointers,
                    (nuint)_outputs.Length,
                    outputs);
                RunOptions.Check(status, ct);
            }
        }

        return _fields.Zip(_outputs)
            .ToDictionary(pair => pair.First.Name, pair => TensorReader.Read(pair.First, pair.Second));
    }

    public void Dispose()
    {
        foreach (ref var value in _inputs.AsSpan())
            OrtValues.Release(ref value);
        foreach (ref var value in _outputs.AsSpan())
            OrtValues.Release(ref value);
        foreach (var pin in _pins)
            pin.Free();
        _inputNames.Dispose();
        _outputNames.Dispose();
        _options.Dispose();
        _session.DangerousRelease();
    }

    private nint Value(OnnxTensor tensor)
    {
        var dims = tensor.Dims.ToArray();
        if (tensor.Data is string[] strings)
            return Value(strings, dims);

        var pin = GCHandle.Alloc(tensor.Data, GCHandleType.Pinned);
        _pins.Add(pin);
        var bytes = (nuint)tensor.Data.Length * (nuint)tensor.ElementType.Size();
        return OrtValues.Over((void*)pin.AddrOfPinnedObject(), bytes, tensor.ElementType, dims);
    }

    private static nint Value(string[] strings, long[] dims)
    {
        var value = OrtValues.Strings(dims);
        for (var index = 0; index < strings.Length; index++)
        {
            var length = Encoding.UTF8.GetByteCount(strings[index]);
            Encoding.UTF8.GetBytes(strings[index], OrtValues.StringBuffer(value, index, length));
        }

        return value;
    }
}
