using Slipway.Training.Export;

namespace Slipway.Training.Automl.Encoding;

internal sealed class NumberArithmetic : IArithmetic<double>
{
    public static NumberArithmetic Instance { get; } = new();

    public double Constant(double value) => value;

    public double Add(double a, double b) => a + b;

    public double Subtract(double a, double b) => a - b;

    public double Multiply(double a, double b) => a * b;

    public double Divide(double a, double b) => a / b;

    public double Floor(double a) => Math.Floor(a);
}

/// <summary>Values of doubles, by their names.</summary>
internal sealed class GraphArithmetic(OnnxGraph graph) : IArithmetic<string>
{
    public string Constant(double value) => graph.Constant([value]);

    public string Add(string a, string b) => graph.Node("Add", [a, b], []);

    public string Subtract(string a, string b) => graph.Node("Sub", [a, b], []);

    public string Multiply(string a, string b) => graph.Node("Mul", [a, b], []);

    public string Divide(string a, string b) => graph.Node("Div", [a, b], []);

    public string Floor(string a) => graph.Node("Floor", [a], []);
}
