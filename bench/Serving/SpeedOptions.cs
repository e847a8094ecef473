namespace Slipway.Bench.Serving;

/// <param name="Seconds">Of one turn.</param>
internal sealed record SpeedOptions(int Turns, double Seconds, int Connections);
