namespace Slipway.Training.Trees;

/// <summary>
/// One tree, a node per index. A row goes left when its feature is smaller than the condition, both as 32-bit floats; a
/// missing value goes where <see cref="DefaultLeft"/> says. In a leaf the condition is its value.
/// </summary>
internal sealed record XgbTree
{
    /// <summary>The class (or 0) whose margin the tree adds to.</summary>
    public required int Target { get; init; }

    /// <summary>−1 in a leaf.</summary>
    public required int[] Left { get; init; }

    public required int[] Right { get; init; }

    public required int[] Feature { get; init; }

    public required float[] Condition { get; init; }

    public required bool[] DefaultLeft { get; init; }

    public bool IsLeaf(int node) => Left[node] < 0;

    /// <summary>The nodes that a row can reach, each before its children: pruned ones stay in the arrays.</summary>
    public List<int> Reachable()
    {
        var order = new List<int>(Left.Length);
        var open = new Stack<int>([0]);
        while (open.TryPop(out var node))
        {
            // A cycle would meet more nodes than there are.
            if (node < 0 || node >= Left.Length || order.Count == Left.Length)
                throw new FormatException("A tree's nodes do not make a tree.");

            order.Add(node);
            if (IsLeaf(node))
                continue;

            open.Push(Right[node]);
            open.Push(Left[node]);
        }

        return order;
    }
}
