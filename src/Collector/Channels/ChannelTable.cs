using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// What a world has for its channels: their types, their locks, and what is done to one under its lock. The seed's
/// <c>chan.c</c>.
/// </summary>
/// <remarks>
/// <para>
/// A channel is an object of the heap and nothing else. Its lock is one of a few that all channels share, by the place
/// of the channel in the arena, which never changes; those who wait are on the stacks of their goroutines. So a channel
/// that the sweep frees needs no cleaning up.
/// </para>
/// <para>
/// Whoever finds a goroutine in a queue does all that it waits for, under the lock that it parked on, and then makes it
/// runnable; the goroutine tries nothing again. (In the seed that held only without a buffer, and one that came by could
/// overtake it: golang/go#11506.)
/// </para>
/// </remarks>
/// <typeparam name="TSync">The engine.</typeparam>
internal sealed unsafe class ChannelTable<TSync> : IDisposable
    where TSync : struct, ISync
{
    /// <summary>How many cases a select has at most that needs no array of the host's.</summary>
    private const int CasesOnStack = 8;

    /// <summary>Spreads neighbours over the locks: 2^32 divided by the golden ratio.</summary>
    private const uint Spread = 0x9E3779B1;

    private readonly World<TSync> _world;
    private readonly Mutex[] _locks;

    /// <summary>
    /// The type of each <see cref="SlotKind"/> of element: written under the first lock before there is a channel of it,
    /// then constant.
    /// </summary>
    private readonly ChannelType[] _types = new ChannelType[(int)SlotKind.Pointer + 1];

    internal ChannelTable(WorldOptions options, World<TSync> world)
    {
        _world = world;
        _locks = new Mutex[options.ChannelLocks];
        for (int i = 0; i < _locks.Length; i++)
        {
            _locks[i] = TSync.CreateMutex($"chan{i}");
        }
    }

    /// <summary>Makes a type of channels known. Any thread.</summary>
    /// <exception cref="ArgumentException">There are no channels of such elements.</exception>
    internal ChannelType Register(SlotKind element)
    {
        if (element is not (SlotKind.Pointer or SlotKind.NoPointer))
        {
            throw new ArgumentException("an element is a pointer or a number", nameof(element));
        }

        TSync.Enter(_locks[0]);
        ref ChannelType type = ref _types[(int)element];
        if (type.Type.Owner is null)
        {
            type = Create(element);
        }

        TSync.Exit(_locks[0]);
        return type;
    }

    /// <summary>Frees the locks; nothing runs any more.</summary>
    public void Dispose()
    {
        foreach (Mutex mutex in _locks)
        {
            TSync.Destroy(mutex);
        }
    }

    /// <summary>The locks of all channels of some cases.</summary>
    internal LockSet<TSync> LocksOf(ReadOnlySpan<ChannelCase> cases)
    {
        ulong members = 0;
        foreach (ChannelCase one in cases)
        {
            members |= one.Channel.IsNull ? 0 : BitOf(one.Channel);
        }

        return new LockSet<TSync>(_locks, members);
    }

    /// <summary>The locks of all channels that a goroutine waits at.</summary>
    internal LockSet<TSync> LocksOf(Waiter* newest)
    {
        ulong members = 0;
        for (Waiter* waiter = newest; waiter != null; waiter = TSync.Read(&waiter->Older))
        {
            members |= BitOf(new Reference((nint)TSync.Read(&waiter->Channel)));
        }

        return new LockSet<TSync>(_locks, members);
    }

    /// <summary>The lock of a channel.</summary>
    internal LockSet<TSync> LockOf(Reference channel) => new(_locks, BitOf(channel));

    /// <summary>What kind of channel an object is, which is allocated and not smaller than a channel.</summary>
    /// <returns>False if it is none.</returns>
    internal bool TryGetType(Channel* target, out ChannelType type)
    {
        TypeInfo* info = TSync.Read(&target->Type);
        foreach (ChannelType known in _types)
        {
            if (info != null && known.Type.Info == info)
            {
                type = known;
                return true;
            }
        }

        type = default;
        return false;
    }

    /// <summary>
    /// Does one of some cases that are ready, each as likely as the next; under the locks of all. The seed's first pass
    /// of <c>selectgo</c>, and all of <c>chansend</c> and <c>chanrecv</c> that does not wait.
    /// </summary>
    /// <param name="cases">The cases.</param>
    /// <param name="done">Which was done, and who waited for that.</param>
    /// <returns>False if none is ready.</returns>
    internal static bool TryOperate(ReadOnlySpan<ChannelCase> cases, out Operation done)
    {
        done = default;
        Span<int> ready = cases.Length <= CasesOnStack ? stackalloc int[CasesOnStack] : new int[cases.Length];
        int count;
        while ((count = FindReady(cases, ready)) > 0)
        {
            int chosen = ready[count == 1 ? 0 : (int)TSync.Choose((uint)count)];

            // Whoever was found waiting may be gone by now: its select has ended by a channel with another lock.
            if (TryOperate(cases[chosen], out done))
            {
                done.Case = chosen;
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes everybody off the queues of a channel; under its lock. The loops in the seed's <c>closechan</c>.</summary>
    /// <returns>The first, each leading to the next by <see cref="Waiter.Next"/>: the caller makes them runnable.</returns>
    internal static Waiter* Close(Channel* channel)
    {
        TSync.Write(&channel->Closed, 1);
        Waiter* first = null;
        Waiter* last = null;
        TakeAll(&channel->Receivers, ref first, ref last);
        TakeAll(&channel->Senders, ref first, ref last);
        return first;
    }

    /// <summary>
    /// Pushes a waiter for each case, as a frame of its goroutine, and in no queue: it keeps channel and element alive.
    /// </summary>
    /// <returns>The newest; null if all channels are null.</returns>
    internal Waiter* Push(G* g, ReadOnlySpan<ChannelCase> cases)
    {
        Waiter* newest = null;
        for (int i = 0; i < cases.Length; i++)
        {
            Reference channel = cases[i].Channel;
            if (channel.IsNull)
            {
                continue;
            }

            TryGetType((Channel*)channel.Address, out ChannelType type);
            var waiter = (Waiter*)ShadowStack<TSync>.Push(g, WaiterSlots, type.Waiter.Data);
            TSync.Write(&waiter->Channel, (Channel*)channel.Address);
            TSync.Write(&waiter->Element, cases[i].Value);
            TSync.Write(&waiter->Goroutine, g);
            TSync.Write(&waiter->Case, i);
            TSync.Write(&waiter->Sends, cases[i].Sends ? 1 : 0);
            TSync.Write(&waiter->Leader, newest == null ? waiter : TSync.Read(&newest->Leader));
            TSync.Write(&waiter->Older, newest);
            newest = waiter;
        }

        return newest;
    }

    /// <summary>Pops waiters that stand in no queue; on their goroutine.</summary>
    internal static void Pop(G* g, Waiter* newest)
    {
        while (newest != null)
        {
            Waiter* older = TSync.Read(&newest->Older);
            ShadowStack<TSync>.Pop(g, (nint*)newest);
            newest = older;
        }
    }

    /// <summary>Puts waiters into the queues of their channels; under the locks of all. The seed's second pass.</summary>
    internal static void Enqueue(Waiter* newest)
    {
        for (Waiter* waiter = newest; waiter != null; waiter = TSync.Read(&waiter->Older))
        {
            Channel* channel = TSync.Read(&waiter->Channel);
            bool sends = TSync.Read(&waiter->Sends) != 0;
            WaitQueue<TSync>.Append(sends ? &channel->Senders : &channel->Receivers, waiter);
        }
    }

    /// <summary>Takes those waiters off that still stand in a queue; under the locks of all. The seed's third pass.</summary>
    internal static void Dequeue(Waiter* newest)
    {
        for (Waiter* waiter = newest; waiter != null; waiter = TSync.Read(&waiter->Older))
        {
            if (TSync.Read(&waiter->Queue) != null)
            {
                WaitQueue<TSync>.Remove(waiter);
            }
        }
    }

    /// <summary>The waiter that ended a wait; on its goroutine, once it runs again.</summary>
    internal static Waiter* FindFired(Waiter* newest)
    {
        // Plain: whoever swapped it in has made the goroutine runnable since, and nobody swaps again.
        nint fired = TSync.Read(&TSync.Read(&newest->Leader)->Fired) - 1;
        Waiter* waiter = newest;
        while (TSync.Read(&waiter->Case) != fired)
        {
            waiter = TSync.Read(&waiter->Older);
        }

        return waiter;
    }

    /// <summary>The numbers of the cases that are ready; under the locks of all.</summary>
    /// <returns>How many they are.</returns>
    private static int FindReady(ReadOnlySpan<ChannelCase> cases, Span<int> ready)
    {
        int count = 0;
        for (int i = 0; i < cases.Length; i++)
        {
            if (IsReady(cases[i]))
            {
                ready[count++] = i;
            }
        }

        return count;
    }

    private static int WaiterSlots => sizeof(Waiter) / sizeof(nint);

    private static bool IsReady(in ChannelCase one)
    {
        if (one.Channel.IsNull)
        {
            return false;
        }

        var channel = (Channel*)one.Channel.Address;
        return TSync.Read(&channel->Closed) != 0
            || (one.Sends
                ? WaitQueue<TSync>.HasWaiter(&channel->Receivers) || HasRoom(channel)
                : TSync.Read(&channel->Count) > 0 || WaitQueue<TSync>.HasWaiter(&channel->Senders));
    }

    private static bool TryOperate(in ChannelCase one, out Operation done)
    {
        var channel = (Channel*)one.Channel.Address;
        done = default;
        return one.Sends ? TrySend(channel, one.Value, ref done) : TryReceive(channel, ref done);
    }

    private static bool TrySend(Channel* channel, nint element, ref Operation done)
    {
        done.Closed = TSync.Read(&channel->Closed) != 0;
        if (done.Closed)
        {
            return true;
        }

        Waiter* receiver = WaitQueue<TSync>.TryTake(&channel->Receivers);
        if (receiver != null)
        {
            TSync.Write(&receiver->Element, element);
            done.Counterpart = TSync.Read(&receiver->Goroutine);
            return true;
        }

        bool room = HasRoom(channel);
        if (room)
        {
            Put(channel, element);
        }

        return room;
    }

    private static bool TryReceive(Channel* channel, ref Operation done)
    {
        Waiter* sender = WaitQueue<TSync>.TryTake(&channel->Senders);
        done.Counterpart = sender == null ? null : TSync.Read(&sender->Goroutine);
        if (TSync.Read(&channel->Count) > 0)
        {
            done.Element = Take(channel);
            if (sender != null)
            {
                Put(channel, TSync.Read(&sender->Element));
            }

            return true;
        }

        if (sender != null)
        {
            done.Element = TSync.Read(&sender->Element);
            return true;
        }

        done.Closed = TSync.Read(&channel->Closed) != 0;
        return done.Closed;
    }

    private static bool HasRoom(Channel* channel) => TSync.Read(&channel->Count) < TSync.Read(&channel->Capacity);

    /// <summary>Appends an element to a buffer that has room.</summary>
    private static void Put(Channel* channel, nint element)
    {
        int count = TSync.Read(&channel->Count);
        nint last = (TSync.Read(&channel->First) + count) % TSync.Read(&channel->Capacity);
        TSync.Write(Channel.ElementOf(channel, last), element);
        TSync.Write(&channel->Count, count + 1);
    }

    /// <summary>Takes the oldest element out of a buffer that has one, and clears its place, so that nothing keeps it alive.</summary>
    private static nint Take(Channel* channel)
    {
        int first = TSync.Read(&channel->First);
        nint* place = Channel.ElementOf(channel, first);
        nint element = TSync.Read(place);
        TSync.Write(place, 0);
        TSync.Write(&channel->First, (int)((first + 1) % TSync.Read(&channel->Capacity)));
        TSync.Write(&channel->Count, TSync.Read(&channel->Count) - 1);
        return element;
    }

    /// <summary>Tells all of a queue that their channel is closed, and appends them to a list.</summary>
    private static void TakeAll(WaitQueue* queue, ref Waiter* first, ref Waiter* last)
    {
        for (Waiter* waiter; (waiter = WaitQueue<TSync>.TryTake(queue)) != null; last = waiter)
        {
            TSync.Write(&waiter->Closed, 1);
            TSync.Write(&waiter->Next, null);
            if (last == null)
            {
                first = waiter;
            }
            else
            {
                TSync.Write(&last->Next, waiter);
            }
        }
    }

    private ChannelType Create(SlotKind element)
    {
        TypeField[] parts = element == SlotKind.Pointer ? [new TypeField.Pointer(0)] : [];
        TypeId type = _world.Types.Register(new TypeShape("channel", sizeof(Channel))
        {
            Fields = [new TypeField.Buffer(sizeof(nint), sizeof(Channel), sizeof(nint), parts)],
        });
        var slots = new SlotKind[WaiterSlots];
        slots[0] = SlotKind.Pointer;
        slots[1] = element;
        return new ChannelType(type, _world.Frames.Add(new FrameShape { LocalMap = slots }), element);
    }

    private ulong BitOf(Reference channel)
    {
        nint word = (channel.Address - _world.Heap.ArenaStart) / sizeof(nint);
        return 1UL << (int)(((uint)word * Spread >> 16) % (uint)_locks.Length);
    }

    /// <summary>What was done to a channel.</summary>
    internal struct Operation
    {
        /// <summary>The number of the case.</summary>
        internal int Case;

        /// <summary>What was received.</summary>
        internal nint Element;

        /// <summary>Whether the channel is closed instead.</summary>
        internal bool Closed;

        /// <summary>Who waited for that, and is to be made runnable once the locks are left; or null.</summary>
        internal G* Counterpart;
    }
}
