using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>
/// The functions of ONNX Runtime's C API that Slipway calls. The library exports one symbol, OrtGetApiBase;
/// GetApi(version) answers with a struct of function pointers whose order never changes: the numbers below are
/// positions in it (onnxruntime_c_api.h, struct OrtApi). Each function but the Release… ones returns a status: null
/// is success.
/// </summary>
internal static unsafe class OrtApi
{
    // The newest function used here, GetResizedStringTensorElementBuffer, came with version 15; later libraries still
    // answer it.
    private const uint ApiVersion = 15;

    private static readonly nint s_base = NativeLibrary.GetExport(OrtLibrary.Load(), "OrtGetApiBase");
    private static readonly nint* s_functions = Functions();

    public static readonly delegate* unmanaged[Cdecl]<nint, int> GetErrorCode =
        (delegate* unmanaged[Cdecl]<nint, int>)s_functions[1];

    public static readonly delegate* unmanaged[Cdecl]<nint, byte*> GetErrorMessage =
        (delegate* unmanaged[Cdecl]<nint, byte*>)s_functions[2];

    // (environment, path, options, out session); the path is UTF-16 on Windows and UTF-8 elsewhere.
    public static readonly delegate* unmanaged[Cdecl]<nint, void*, nint, nint*, nint> CreateSession =
        (delegate* unmanaged[Cdecl]<nint, void*, nint, nint*, nint>)s_functions[7];

    public static readonly delegate* unmanaged[Cdecl]<nint, void*, nuint, nint, nint*, nint> CreateSessionFromArray =
        (delegate* unmanaged[Cdecl]<nint, void*, nuint, nint, nint*, nint>)s_functions[8];

    // (session, run options, input names, inputs, input count, output names, output count, outputs)
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>
        Run = (delegate* unmanaged[Cdecl]<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)s_functions[9];

    public static readonly delegate* unmanaged[Cdecl]<nint*, nint> CreateSessionOptions = Create(10);
    public static readonly delegate* unmanaged[Cdecl]<nint, int, nint> SetSessionExecutionMode = SetNumber(13);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint> DisableMemPattern = Act(17);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint> DisableCpuMemArena = Act(19);
    public static readonly delegate* unmanaged[Cdecl]<nint, int, nint> SetSessionGraphOptimizationLevel = SetNumber(23);
    public static readonly delegate* unmanaged[Cdecl]<nint, int, nint> SetIntraOpNumThreads = SetNumber(24);
    public static readonly delegate* unmanaged[Cdecl]<nint, int, nint> SetInterOpNumThreads = SetNumber(25);

    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> SessionGetInputCount = Get(30);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> SessionGetOutputCount = Get(31);
    public static readonly delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint> SessionGetInputTypeInfo = GetAt(33);
    public static readonly delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint> SessionGetOutputTypeInfo = GetAt(34);
    public static readonly delegate* unmanaged[Cdecl]<nint, nuint, nint, byte**, nint> SessionGetInputName =
        GetNameAt(36);

    public static readonly delegate* unmanaged[Cdecl]<nint, nuint, nint, byte**, nint> SessionGetOutputName =
        GetNameAt(37);


    public static readonly delegate* unmanaged[Cdecl]<nint*, nint> CreateRunOptions = Create(39);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint> RunOptionsSetTerminate = Act(46);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint> RunOptionsUnsetTerminate = Act(47);

    // (allocator, dimensions, their count, element type, out value)
    public static readonly delegate* unmanaged[Cdecl]<nint, long*, nuint, int, nint*, nint> CreateTensorAsOrtValue =
        (delegate* unmanaged[Cdecl]<nint, long*, nuint, int, nint*, nint>)s_functions[48];

    // (memory info, data, bytes, dimensions, their count, element type, out value)
    public static readonly delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*, nint>
        CreateTensorWithDataAsOrtValue =
            (delegate* unmanaged[Cdecl]<nint, void*, nuint, long*, nuint, int, nint*, nint>)s_functions[49];

    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> GetTensorMutableData = Get(51);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> GetStringTensorDataLength = Get(53);

    // (value, buffer, its bytes, offsets, their count)
    public static readonly delegate* unmanaged[Cdecl]<nint, void*, nuint, nuint*, nuint, nint> GetStringTensorContent =
        (delegate* unmanaged[Cdecl]<nint, void*, nuint, nuint*, nuint, nint>)s_functions[54];

    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> CastTypeInfoToTensorInfo = Get(55);
    public static readonly delegate* unmanaged[Cdecl]<nint, int*, nint> GetOnnxTypeFromTypeInfo = GetNumber(56);
    public static readonly delegate* unmanaged[Cdecl]<nint, int*, nint> GetTensorElementType = GetNumber(60);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> GetDimensionsCount = Get(61);

    public static readonly delegate* unmanaged[Cdecl]<nint, long*, nuint, nint> GetDimensions =
        (delegate* unmanaged[Cdecl]<nint, long*, nuint, nint>)s_functions[62];

    public static readonly delegate* unmanaged[Cdecl]<nint, byte**, nuint, nint> GetSymbolicDimensions =
        (delegate* unmanaged[Cdecl]<nint, byte**, nuint, nint>)s_functions[63];

    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> GetTensorTypeAndShape = Get(65);

    // (allocator type, memory type, out memory info)
    public static readonly delegate* unmanaged[Cdecl]<int, int, nint*, nint> CreateCpuMemoryInfo =
        (delegate* unmanaged[Cdecl]<int, int, nint*, nint>)s_functions[69];

    public static readonly delegate* unmanaged[Cdecl]<nint, void*, nint> AllocatorFree =
        (delegate* unmanaged[Cdecl]<nint, void*, nint>)s_functions[76];

    public static readonly delegate* unmanaged[Cdecl]<nint*, nint> GetAllocatorWithDefaultOptions = Create(78);

    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseStatus = Release(93);
    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseSession = Release(95);
    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseValue = Release(96);
    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseRunOptions = Release(97);
    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseTypeInfo = Release(98);
    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseTensorTypeAndShapeInfo = Release(99);
    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseSessionOptions = Release(100);

    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> CastTypeInfoToMapTypeInfo = Get(103);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> CastTypeInfoToSequenceTypeInfo = Get(104);
    public static readonly delegate* unmanaged[Cdecl]<nint, int*, nint> GetMapKeyType = GetNumber(105);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> GetMapValueType = Get(106);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> GetSequenceElementType = Get(107);

    public static readonly delegate* unmanaged[Cdecl]<nint, nint*, nint> SessionGetModelMetadata = Get(111);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetProducerName =
        GetText(112);

    public static readonly delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetGraphName =
        GetText(113);

    public static readonly delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetDomain = GetText(114);
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> ModelMetadataGetDescription =
        GetText(115);


    // (metadata, allocator, key, out value)
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, byte*, byte**, nint> ModelMetadataLookup =
        (delegate* unmanaged[Cdecl]<nint, nint, byte*, byte**, nint>)s_functions[116];

    public static readonly delegate* unmanaged[Cdecl]<nint, long*, nint> ModelMetadataGetVersion =
        (delegate* unmanaged[Cdecl]<nint, long*, nint>)s_functions[117];

    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseModelMetadata = Release(118);

    // (log level, log name, threading options, out environment)
    public static readonly delegate* unmanaged[Cdecl]<int, byte*, nint, nint*, nint> CreateEnvWithGlobalThreadPools =
        (delegate* unmanaged[Cdecl]<int, byte*, nint, nint*, nint>)s_functions[119];

    public static readonly delegate* unmanaged[Cdecl]<nint, nint> DisablePerSessionThreads = Act(120);
    public static readonly delegate* unmanaged[Cdecl]<nint*, nint> CreateThreadingOptions = Create(121);
    public static readonly delegate* unmanaged[Cdecl]<nint, void> ReleaseThreadingOptions = Release(122);

    // (metadata, allocator, out keys, out count)
    public static readonly delegate* unmanaged[Cdecl]<nint, nint, byte***, long*, nint> ModelMetadataGetKeys =
        (delegate* unmanaged[Cdecl]<nint, nint, byte***, long*, nint>)s_functions[123];

    public static readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint> AddSessionConfigEntry =
        (delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint>)s_functions[130];

    public static readonly delegate* unmanaged[Cdecl]<nint, int, nint> SetGlobalIntraOpNumThreads = SetNumber(147);
    public static readonly delegate* unmanaged[Cdecl]<nint, int, nint> SetGlobalInterOpNumThreads = SetNumber(148);
    public static readonly delegate* unmanaged[Cdecl]<nint, int, nint> SetGlobalSpinControl = SetNumber(149);

    // (value, index, bytes, out buffer). Called once per cell and over in nanoseconds, so it skips the GC's transition.
    public static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nuint, nuint, byte**, nint>
        GetResizedStringTensorElementBuffer =
            (delegate* unmanaged[Cdecl, SuppressGCTransition]<nint, nuint, nuint, byte**, nint>)s_functions[252];

    /// <summary>The version of the library, such as "1.30.0".</summary>
    public static string Version()
    {
        var apiBase = ((delegate* unmanaged[Cdecl]<nint*>)s_base)();
        return Text(((delegate* unmanaged[Cdecl]<byte*>)apiBase[1])());
    }

    public static string Text(byte* utf8) =>
        utf8 == null ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(utf8));

    private static nint* Functions()
    {
        var apiBase = ((delegate* unmanaged[Cdecl]<nint*>)s_base)();
        return ((delegate* unmanaged[Cdecl]<uint, nint*>)apiBase[0])(ApiVersion);
    }

    private static delegate* unmanaged[Cdecl]<nint*, nint> Create(int index) =>
        (delegate* unmanaged[Cdecl]<nint*, nint>)s_functions[index];

    private static delegate* unmanaged[Cdecl]<nint, nint> Act(int index) =>
        (delegate* unmanaged[Cdecl]<nint, nint>)s_functions[index];

    private static delegate* unmanaged[Cdecl]<nint, int, nint> SetNumber(int index) =>
        (delegate* unmanaged[Cdecl]<nint, int, nint>)s_functions[index];

    private static delegate* unmanaged[Cdecl]<nint, nint*, nint> Get(int index) =>
        (delegate* unmanaged[Cdecl]<nint, nint*, nint>)s_functions[index];

    private static delegate* unmanaged[Cdecl]<nint, int*, nint> GetNumber(int index) =>
        (delegate* unmanaged[Cdecl]<nint, int*, nint>)s_functions[index];

    private static delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint> GetAt(int index) =>
        (delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint>)s_functions[index];

    private static delegate* unmanaged[Cdecl]<nint, nuint, nint, byte**, nint> GetNameAt(int index) =>
        (delegate* unmanaged[Cdecl]<nint, nuint, nint, byte**, nint>)s_functions[index];

    private static delegate* unmanaged[Cdecl]<nint, nint, byte**, nint> GetText(int index) =>
        (delegate* unmanaged[Cdecl]<nint, nint, byte**, nint>)s_functions[index];

    private static delegate* unmanaged[Cdecl]<nint, void> Release(int index) =>
        (delegate* unmanaged[Cdecl]<nint, void>)s_functions[index];
}
