using System.Runtime.InteropServices;
using Slipway.Kernel;

namespace Slipway.Engines.XGBoost;

/// <summary>The part of XGBoost's C API (include/xgboost/c_api.h, 1.7) that Slipway uses.</summary>
internal static unsafe partial class XgbNative
{
    static XgbNative()
    {
        // The library's OpenMP threads spin while they wait, and read how when they are loaded. Beside a server that has
        // work for every core that makes training several times slower; a user's own setting stays.
        if (OperatingSystem.IsLinux())
            setenv("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);
        NativeLibraries.Register(typeof(XgbNative).Assembly, XgbLibrary.File);
    }

    [LibraryImport(XgbLibrary.Name)]
    public static partial nint XGBGetLastError();

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBSetGlobalConfig(string config);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGDMatrixCreateFromDense(string data, string config, out XgbMatrixHandle handle);

    [LibraryImport(XgbLibrary.Name)]
    public static partial int XGDMatrixFree(nint handle);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGDMatrixSetFloatInfo(XgbMatrixHandle handle, string field, float* values, ulong length);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGDMatrixSetStrFeatureInfo(
        XgbMatrixHandle handle, string field, string[] features, ulong length);

    [LibraryImport(XgbLibrary.Name)]
    public static partial int XGBoosterCreate(nint* matrices, ulong length, out XgbBoosterHandle handle);

    [LibraryImport(XgbLibrary.Name)]
    public static partial int XGBoosterFree(nint handle);

    [LibraryImport(XgbLibrary.Name)]
    public static partial int XGBoosterSlice(
        XgbBoosterHandle handle, int begin, int end, int step, out XgbBoosterHandle slice);

    [LibraryImport(XgbLibrary.Name)]
    public static partial int XGBoosterBoostedRounds(XgbBoosterHandle handle, out int rounds);

    [LibraryImport(XgbLibrary.Name)]
    public static partial int XGBoosterGetNumFeature(XgbBoosterHandle handle, out ulong features);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSetParam(XgbBoosterHandle handle, string name, string value);

    [LibraryImport(XgbLibrary.Name)]
    public static partial int XGBoosterUpdateOneIter(XgbBoosterHandle handle, int iteration, XgbMatrixHandle train);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterEvalOneIter(
        XgbBoosterHandle handle, int iteration, nint* matrices, string[] names, ulong length, out nint result);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterPredictFromDMatrix(
        XgbBoosterHandle handle, XgbMatrixHandle matrix, string config,
        out ulong* shape, out ulong dimensions, out float* result);

    [LibraryImport(XgbLibrary.Name)]
    public static partial int XGBoosterLoadModelFromBuffer(XgbBoosterHandle handle, byte* buffer, ulong length);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSaveModelToBuffer(
        XgbBoosterHandle handle, string config, out ulong length, out byte* buffer);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterGetAttr(XgbBoosterHandle handle, string key, out nint value, out int success);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSetAttr(XgbBoosterHandle handle, string key, string? value);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSetStrFeatureInfo(
        XgbBoosterHandle handle, string field, string[] features, ulong length);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterGetStrFeatureInfo(
        XgbBoosterHandle handle, string field, out ulong length, out nint* features);

    [LibraryImport(XgbLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterFeatureScore(
        XgbBoosterHandle handle, string config, out ulong featureCount, out nint* features,
        out ulong dimensions, out ulong* shape, out float* scores);

    // .NET's own Environment is not the one that native code sees.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
