namespace Slipway.Engines.XGBoost;

/// <summary>Keeps several matrices alive while the engine has their bare addresses.</summary>
internal readonly ref struct HandlePins
{
    private readonly IReadOnlyList<XgbMatrix> _matrices;
    private readonly int _pinned;

    public HandlePins(IReadOnlyList<XgbMatrix> matrices)
    {
        _matrices = matrices;
        Values = new nint[matrices.Count];
        try
        {
            for (; _pinned < Values.Length; _pinned++)
            {
                var added = false;
                matrices[_pinned].Handle.DangerousAddRef(ref added);
                Values[_pinned] = matrices[_pinned].Handle.DangerousGetHandle();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public nint[] Values { get; }

    public void Dispose()
    {
        for (var i = 0; i < _pinned; i++)
            _matrices[i].Handle.DangerousRelease();
    }
}
