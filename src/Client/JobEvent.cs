namespace Slipway.Client;

/// <summary>What happened in a job: a piece of a step's log, or a change of state (of the job itself when the step is null).</summary>
public sealed record JobEvent(string? Step, string? Text, string? Status, string? Message);
