namespace Slipway.Training.Automl.Encoding;

/// <summary>Reckoning that is written once and done in .NET and in ONNX, with the same doubles.</summary>
internal interface IArithmetic<T>
{
    T Constant(double value);

    T Add(T a, T b);

    T Subtract(T a, T b);

    T Multiply(T a, T b);

    T Divide(T a, T b);

    T Floor(T a);
}
