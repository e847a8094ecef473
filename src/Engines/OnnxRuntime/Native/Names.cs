using System.Runtime.InteropServices;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Names as the engine wants them: an array of pointers to UTF-8 that ends with zero.</summary>
internal sealed unsafe class Names : IDisposable
{
    private readonly int _count;
    private byte** _pointers;

    public Names(IReadOnlyList<string> names)
    {
        _count = names.Count;
        _pointers = (byte**)NativeMemory.AllocZeroed((nuint)Math.Max(1, _count), (nuint)sizeof(byte*));
        for (var index = 0; index < _count; index++)
            _pointers[index] = (byte*)Marshal.StringToCoTaskMemUTF8(names[index]);
    }

    ~Names() => Free();

    public byte** Pointers => _pointers;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_pointers == null)
            return;

        for (var index = 0; index < _count; index++)
            Marshal.FreeCoTaskMem((nint)_pointers[index]);
        NativeMemory.Free(_pointers);
        _pointers = null;
    }
}
