namespace Slipway.Serving.Contracts;

/// <summary>Variables of processes by name; two are equal when they say the same.</summary>
public sealed class WorkerVariables : Dictionary<string, string>, IEquatable<WorkerVariables>
{
    public bool Equals(WorkerVariables? other) =>
        other is not null && Count == other.Count && this.All(variable => other.TryGetValue(variable.Key, out var value) && value == variable.Value);

    public override bool Equals(object? obj) => Equals(obj as WorkerVariables);

    public override int GetHashCode() => this.Aggregate(Count, static (hash, variable) => hash ^ HashCode.Combine(variable.Key, variable.Value));
}
