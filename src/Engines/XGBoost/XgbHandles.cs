using Microsoft.Win32.SafeHandles;

namespace Slipway.Engines.XGBoost;

internal sealed class XgbMatrixHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => XgbNative.XGDMatrixFree(handle) == 0;
}

internal sealed class XgbBoosterHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => XgbNative.XGBoosterFree(handle) == 0;
}
