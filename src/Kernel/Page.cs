namespace Slipway.Kernel;

/// <summary>One page of a listing, and the token that asks for the next (null: this was the last).</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextToken);
