namespace Testbed.Collector;

/// <summary>
/// A pointer to an object of the collected heap, or into one, or null. It keeps nothing alive: what is needed after the
/// next safepoint (an allocation is one) must be in a frame, in a global or in a reachable object.
/// </summary>
/// <param name="address">The address; 0 is null.</param>
public readonly struct Reference(nint address) : IEquatable<Reference>
{
    /// <summary>The null reference.</summary>
    public static Reference Null => default;

    /// <summary>The address; 0 is null.</summary>
    public nint Address { get; } = address;

    /// <summary>Whether it points to nothing.</summary>
    public bool IsNull => Address == 0;

    /// <summary>Whether two references are the same address.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Reference left, Reference right) => left.Address == right.Address;

    /// <summary>Whether two references are different addresses.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Reference left, Reference right) => left.Address != right.Address;

    /// <inheritdoc/>
    public bool Equals(Reference other) => Address == other.Address;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Reference other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Address.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => IsNull ? "null" : $"0x{Address:x}";
}
