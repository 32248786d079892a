select id, guest, coalesce(paid, 0) as paid, day from {{ ref('visits') }}
