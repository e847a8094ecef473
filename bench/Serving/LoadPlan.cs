namespace Slipway.Bench.Serving;

/// <summary>What the load process is told to do.</summary>
/// <param name="Kind">"http": the request's bytes over bare sockets; "grpc": its body over HTTP/2.</param>
/// <param name="RequestFile">The whole HTTP request, or the framed gRPC message.</param>
/// <param name="Rate">Requests per second over all connections; 0: as many as are answered.</param>
internal sealed record LoadPlan(string Kind, Uri Url, string RequestFile, int Connections, double Seconds, double Rate);

/// <summary>What came of it. Latencies are of a request, in microseconds.</summary>
/// <param name="Seconds">How long it really took.</param>
/// <param name="Processor">Seconds of processor time that the load took.</param>
/// <param name="Windows">The 99th percentile of each second of the run.</param>
internal sealed record LoadReport(long Requests, long Failed, double Seconds, double Processor, double P50, double P99, double[] Windows)
{
    public double PerSecond => Requests / Seconds;
}
