namespace Testbed.Collector;

/// <summary>
/// The sizes in which small objects are allocated, and how many pages a span of each takes; constant. The seed's
/// <c>InitSizes</c>, <c>SizeToClass</c>, <c>class_to_size</c>, <c>class_to_allocnpages</c>.
/// </summary>
/// <remarks>
/// Invariants: sizes grow with the class; a span wastes at most an eighth of itself at its end; two classes never have
/// the same pages and objects a span. Class 0 stands for large objects.
/// </remarks>
internal sealed class SizeClasses
{
    private const int Step = 8;

    private readonly int[] _sizes;
    private readonly int[] _pages;
    private readonly byte[] _classes;

    internal SizeClasses(int pageBytes, int maxSmallSize)
    {
        var sizes = new List<int> { 0 };
        var pages = new List<int> { 0 };
        int align = Step;
        for (int size = align; size <= maxSmallSize; size += align)
        {
            align = AlignmentFrom(size, align);
            int bytes = pageBytes;
            while (bytes % size > bytes / 8)
            {
                bytes += pageBytes;
            }

            int last = sizes.Count - 1;
            if (last > 0 && bytes / pageBytes == pages[last] && bytes / size == bytes / sizes[last])
            {
                sizes[last] = size;
            }
            else
            {
                sizes.Add(size);
                pages.Add(bytes / pageBytes);
            }
        }

        _sizes = [.. sizes];
        _pages = [.. pages];
        MaxSmallSize = _sizes[^1];
        _classes = new byte[(MaxSmallSize / Step) + 1];
        for (int steps = 1, sizeClass = 1; steps < _classes.Length; steps++)
        {
            sizeClass += steps * Step > _sizes[sizeClass] ? 1 : 0;
            _classes[steps] = (byte)sizeClass;
        }
    }

    /// <summary>How many classes there are, class 0 included.</summary>
    internal int Count => _sizes.Length;

    /// <summary>The size of the largest class in bytes.</summary>
    internal int MaxSmallSize { get; }

    /// <summary>The bytes of an object of a class.</summary>
    internal int SizeOf(int sizeClass) => _sizes[sizeClass];

    /// <summary>The pages of a span of a class.</summary>
    internal int PagesOf(int sizeClass) => _pages[sizeClass];

    /// <summary>The smallest class for so many bytes, from 1 to <see cref="MaxSmallSize"/>.</summary>
    internal int ClassOf(nuint bytes) => _classes[(bytes + Step - 1) / Step];

    /// <summary>The distance to the next size: grows at powers of two.</summary>
    private static int AlignmentFrom(int size, int align)
    {
        if (!int.IsPow2(size))
        {
            return align;
        }

        return size switch
        {
            >= 2048 => 256,
            >= 128 => size / 8,
            >= 16 => 16,
            _ => align,
        };
    }
}
