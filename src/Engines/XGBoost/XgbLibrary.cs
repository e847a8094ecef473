using Slipway.Kernel;

namespace Slipway.Engines.XGBoost;

/// <summary>libxgboost comes from the system: the npm registry has no build of it.</summary>
internal static class XgbLibrary
{
    public const string Name = "xgboost";

    public static NativeLibraryFile File { get; } = new(
        Name, "XGBoost", "libxgboost.so.0", "libxgboost.dylib", "xgboost.dll",
        "Run 'apt-get install libxgboost0' on Debian and Ubuntu; elsewhere put XGBoost's shared library beside the program.");
}
