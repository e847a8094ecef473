namespace Slipway.Kernel;

/// <summary>Ids that are ours: UUIDv7, 32 hexadecimal digits, ascending with time.</summary>
public static class Ids
{
    public static string New(TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
}
