namespace Slipway.Data;

/// <summary>An act to be remembered: From caused it or was read, To was made. Nodes as <see cref="LineageNode"/> writes them.</summary>
/// <param name="Detail">JSON with the numbers and reasons of the act.</param>
/// <param name="Key">An edge with this key is kept once per workspace; a repetition of the act adds nothing.</param>
public sealed record NewEdge(string Act, string From, string To, string? Detail = null, string? Key = null);

/// <summary>An act that was remembered; it is never changed.</summary>
public sealed record LineageEdge(
    long Id, string Workspace, string Principal, DateTimeOffset Time, string Act, string From, string To, string? Detail);

/// <summary>What was found from a node, nearest first.</summary>
/// <param name="Truncated">There is more than a graph of this size can hold; ask from a node further on.</param>
public sealed record LineageGraph(string Node, IReadOnlyList<LineageEdge> Edges, bool Truncated);
